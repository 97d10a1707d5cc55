using Larder.Memoize.Generation.Diagnostics;

namespace Larder.Memoize.Tests.Generation;

/// <summary>Every diagnostic: where it stands, what it says, and that the fixed code has none.</summary>
public sealed class DiagnosticTests
{
    private const string Service = "public partial class Service(ICache cache) {";

    private static string Calls(string call) => $"public class Service {{ Task<int> LoadAsync() => Task.FromResult(1); public void M(ICache cache) {{ {call}; }} }}";

    public static TheoryData<string, string, string, string> Cases => new()
    {
        { "LARDER001", "Get", "is not partial", Service + "[Memoize] public int Get(int x) => x; }" },
        { "LARDER001", "Save", "[Invalidates]", Service + "[Memoize] public partial int Get(int x); int GetCore(int x) => x; [Invalidates(\"Get\")] public void Save(int x) { } }" },
        { "LARDER002", "Get", "'Service'", "public class Service(ICache cache) { [Memoize] public partial int Get(int x); int GetCore(int x) => x + cache.Name.Length; }" },
        { "LARDER002", "Get", "'Outer'", "public class Outer { public static partial class Service { [Memoize] public static partial int Get(int x); static int GetCore(int x) => x; } }" },
        { "LARDER003", "x", "'x'", Service + "[Memoize] public partial int Get(ref int x); int GetCore(ref int x) => x; }" },
        { "LARDER003", "x", "by reference", Service + "[Memoize] public partial int Get(in Guid x); int GetCore(in Guid x) => 1; }" },
        { "LARDER003", "x", "by reference", Service + "[Memoize] public partial bool Get(int id, out int x); bool GetCore(int id, out int x) { x = 1; return true; } }" },
        { "LARDER004", "Get", "returns 'void'", Service + "[Memoize] public partial void Get(int x); void GetCore(int x) { } }" },
        { "LARDER004", "Get", "returns 'Task'", Service + "[Memoize] public partial Task Get(int x); Task GetCore(int x) => Task.CompletedTask; }" },
        { "LARDER004", "Get", "returns 'ValueTask'", Service + "[Memoize] public partial ValueTask Get(int x); ValueTask GetCore(int x) => default; }" },
        { "LARDER005", "Get", "IAsyncEnumerable<int>", Service + "[Memoize] public partial IAsyncEnumerable<int> Get(int x); async IAsyncEnumerable<int> GetCore(int x) { yield return await Task.FromResult(x); } }" },
        { "LARDER005", "Get", "return a list", Service + "[Memoize] public partial IEnumerable<int> Get(int x); IEnumerable<int> GetCore(int x) { yield return x; } }" },
        { "LARDER005", "Get", "IQueryable", Service + "[Memoize] public partial Task<IQueryable<int>> Get(int x); Task<IQueryable<int>> GetCore(int x) => null!; }" },
        { "LARDER006", "stream", "'stream' of type 'Stream'", Service + "[Memoize] public partial int Get(Stream stream); int GetCore(Stream stream) => 1; }" },
        { "LARDER006", "f", "let the type implement ICacheKeyPart, name the parameter in IgnoreArguments, or pass an id in its place", Service + "[Memoize] public partial int Get(Func<int> f); int GetCore(Func<int> f) => 1; }" },
        { "LARDER006", "o", "it can be anything", Service + "[Memoize] public partial int Get(object o); int GetCore(object o) => 1; }" },
        { "LARDER006", "items", "IReadOnlyList<T>", Service + "[Memoize] public partial int Get(IEnumerable<int> items); int GetCore(IEnumerable<int> items) => 1; }" },
        { "LARDER006", "grid", "several dimensions", Service + "[Memoize] public partial int Get(int[,] grid); int GetCore(int[,] grid) => 1; }" },
        { "LARDER006", "span", "lives on the stack", Service + "[Memoize] public partial int Get(ReadOnlySpan<char> span); int GetCore(ReadOnlySpan<char> span) => 1; }" },
        { "LARDER006", "r", "can be changed", Service + "[Memoize] public partial int Get(R r); int GetCore(R r) => 1; } public sealed record R { public int X { get; set; } }" },
        { "LARDER006", "r", "is not sealed", Service + "[Memoize] public partial int Get(R r); int GetCore(R r) => 1; } public record R(int X);" },
        { "LARDER006", "r", "contains itself", Service + "[Memoize] public partial int Get(R r); int GetCore(R r) => 1; } public sealed record R(int X, R? Next);" },
        { "LARDER006", "r", "besides its properties", Service + "[Memoize] public partial int Get(R r); int GetCore(R r) => 1; } public sealed record R(int X) { public int Y; }" },
        { "LARDER006", "list", "its elements are of type", Service + "[Memoize] public partial int Get(List<Version> list); int GetCore(List<Version> list) => 1; }" },
        { "LARDER006", "id", "nothing says what tells two of them apart", Service + "[Memoize] public partial int Get(Id id); int GetCore(Id id) => 1; } public readonly struct Id { }" },
        { "LARDER007", "Memoize(IgnoreArguments = [\"y\"])", "'y', but 'Get' has no parameter of this name; it has x", Service + "[Memoize(IgnoreArguments = [\"y\"])] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER008", "Memoize(Tags = [\"a:{y}\"])", "names 'y'", Service + "[Memoize(Tags = [\"a:{y}\"])] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER008", "Memoize(Tags = [\"a:{x\"])", "brace", Service + "[Memoize(Tags = [\"a:{x\"])] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER008", "Memoize(Tags = [\"a:{x}\"])", "no single value", Service + "[Memoize(Tags = [\"a:{x}\"])] public partial int Get(int[] x); int GetCore(int[] x) => 1; }" },
        { "LARDER009", "Get", "several caches (A, B)", "public partial class Service { public required ICache A { get; init; } public required Cache B { get; init; } [Memoize] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER009", "Get", "no field, property or primary-constructor parameter of this name", Service + "[Memoize(Cache = \"other\")] public partial int Get(int x); int GetCore(int x) => x + cache.Name.Length; }" },
        { "LARDER009", "Get", "no static field or property of this name", "public partial class Service(ICache cache) { public int Length => cache.Name.Length; [Memoize(Cache = \"cache\")] public static partial int Get(int x); static int GetCore(int x) => x; }" },
        { "LARDER009", "Get", "AddMemoized", "public interface IService { [Memoize(Cache = \"cache\")] int Get(int x); }" },
        { "LARDER010", "Get", "the ambient one", Service + "[Memoize(Scope = CacheScope.User)] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER011", "user", "'Get' takes the context 'user'", Service + "[Memoize] public partial int Get(int x, UserContext user); int GetCore(int x, UserContext user) => x; }" },
        { "LARDER012", "Memoize(TtlSeconds = 0)", "TtlSeconds of 'Get' is 0; it must be positive", Service + "[Memoize(TtlSeconds = 0)] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER012", "Memoize(TtlSeconds = double.NaN)", "is NaN", Service + "[Memoize(TtlSeconds = double.NaN)] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER012", "Memoize(SlidingSeconds = double.PositiveInfinity)", "SlidingSeconds", Service + "[Memoize(SlidingSeconds = double.PositiveInfinity)] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER012", "Memoize(GraceSeconds = -1)", "zero or more", Service + "[Memoize(GraceSeconds = -1)] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER012", "Memoize(KeyPrefix = \"\")", "KeyPrefix", Service + "[Memoize(KeyPrefix = \"\")] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER012", "Memoize(Collection = \"\")", "Collection", Service + "[Memoize(Collection = \"\")] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER012", "Memoize(Tags = [\"\"])", "Tags", Service + "[Memoize(Tags = [\"\"])] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER012", "Memoize(Scope = (CacheScope)7)", "CacheScope.Global, Organization or User", Service + "[Memoize(Scope = (CacheScope)7)] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER013", "password", "sounds like a secret", Service + "[Memoize] public partial int Get(string password); int GetCore(string password) => 1; }" },
        { "LARDER013", "accessToken", "sounds like a secret", Service + "[Memoize] public partial int Get(string accessToken); int GetCore(string accessToken) => 1; }" },
        { "LARDER014", "Memoize", "needs a method 'GetCore' that takes (int) and returns int; there is none of this name", Service + "[Memoize] public partial int Get(int x); }" },
        { "LARDER014", "Memoize(\"Compute\")", "those of this name differ", Service + "[Memoize(\"Compute\")] public partial int Get(int x); long Compute(int x) => x; }" },
        { "LARDER015", "Invalidates(\"Get\")", "its argument 'x' (int) is not known here", Service + "[Memoize] public partial int Get(int x); int GetCore(int x) => x; [Invalidates(\"Get\")] public partial void Save(int y); void SaveCore(int y) { } }" },
        { "LARDER015", "Invalidates(\"Get\")", "is of type 'int'", Service + "[Memoize] public partial int Get(int x); int GetCore(int x) => x; [Invalidates(\"Get\")] public partial void Save(string x); void SaveCore(string x) { } }" },
        { "LARDER015", "Invalidates(\"Gone\")", "no method 'Gone' with [Memoize]", Service + "[Invalidates(\"Gone\")] public partial void Save(int x); void SaveCore(int x) { } public int N => cache.Name.Length; }" },
        { "LARDER015", "Invalidates(\"Get\")", "context 'user'", Service + "[Memoize(Scope = CacheScope.User)] public partial int Get(int x, UserContext user); int GetCore(int x, UserContext user) => x; [Invalidates(\"Get\")] public partial void Save(int x); void SaveCore(int x) { } }" },
        { "LARDER015", "Invalidates(\"Get\")", "this method is static", Service + "[Memoize] public partial int Get(int x); int GetCore(int x) => x; [Invalidates(\"Get\")] public static partial void Save(int x); static void SaveCore(int x) { } }" },
        { "LARDER015", "Invalidates(\"Get\")", "type arguments", Service + "[Memoize] public partial int Get<T>(int x); int GetCore<T>(int x) => x; [Invalidates(\"Get\")] public partial void Save(int x); void SaveCore(int x) { } }" },
        { "LARDER016", "Get", "'X'", "public sealed partial record Service(int X) { [Memoize] public partial int Get(int x); int GetCore(int x) => x * X; }" },
        { "LARDER017", "Get", "(a, b)", Service + "[Memoize(Scope = CacheScope.User)] public partial int Get(UserContext a, UserContext b); int GetCore(UserContext a, UserContext b) => 1; }" },
        { "LARDER018", "Save", "both [Memoize] and [Invalidates]", Service + "[Memoize] public partial int Get(int x); int GetCore(int x) => x; [Memoize, Invalidates(\"Get\")] public partial int Save(int x); int SaveCore(int x) => x; }" },
        { "LARDER018", "Get", "its interface is generic", "public interface IService<T> { [Memoize] int Get(int x); }" },
        { "LARDER018", "IService", "'IService' is private", "public class Outer { private interface IService { [Memoize] int Get(int x); } }" },
        { "LARDER018", "IService", "'Make' is static and abstract", "public interface IService { [Memoize] int Get(int x); static abstract int Make(); }" },
        { "LARDER018", "Get", "lives on the stack", "public ref partial struct Service { [Memoize] public partial int Get(int x); int GetCore(int x) => x; }" },
        { "LARDER005", "Get", "return a list", Service + "[Memoize] public partial IOrderedEnumerable<int> Get(int x); IOrderedEnumerable<int> GetCore(int x) => null!; }" },
        { "LARDER006", "r", "contains itself", Service + "[Memoize] public partial int Get(R<int> r); int GetCore(R<int> r) => 1; } public sealed record R<T>(T X, R<R<T>>? Next);" },
        { "LARDER006", "r", "contains itself", Service + "[Memoize] public partial int Get(R<int> r); int GetCore(R<int> r) => 1; } public sealed record R<T>((R<(T, T)>?, int) Next);" },
        { "LARDER006", "x", "has pointers", "public unsafe partial class Service(ICache cache) { [Memoize] public partial int Get(int*[] x); int GetCore(int*[] x) => cache.Name.Length; }" },
        { "LARDER006", "x", "it is a pointer", "public unsafe partial class Service(ICache cache) { [Memoize(IgnoreArguments = [\"x\"])] public partial int Get(int id, int* x); int GetCore(int id, int* x) => cache.Name.Length; }" },
        { "LARDER006", "x", "may live on the stack", Service + "[Memoize] public partial int Get<T>(T x) where T : allows ref struct; int GetCore<T>(T x) where T : allows ref struct => 1; }" },
        { "LARDER014", "Memoize", "those of this name differ", Service + "[Memoize] public partial int Get<T>(T x); int GetCore<T>(T x) where T : class => 1; }" },
        { "LARDER014", "Memoize", "those of this name differ", Service + "[Memoize] public partial int Get<T>(T x); int GetCore<T>(T x) where T : IComparable<T> => 1; }" },
        { "LARDER018", "Get", "may", Service + "[Memoize] public partial T Get<T>(int x) where T : allows ref struct; T GetCore<T>(int x) where T : allows ref struct => default!; }" },
        { "LARDER018", "Get", "a pointer", "public unsafe partial class Service(ICache cache) { [Memoize] public partial int* Get(int x); int* GetCore(int x) => (int*)cache.Name.Length; }" },
        { "LARDER018", "Get", "returns a reference", Service + "[Memoize] public partial ref int Get(int x); ref int GetCore(int x) => throw new Exception(); }" },
        { "LARDER018", "Save", "its parameter 'y' cannot be kept", Service + "[Memoize] public partial int Get(int x); int GetCore(int x) => x; [Invalidates(\"Get\")] public partial void Save(int x, Span<int> y); void SaveCore(int x, Span<int> y) { } }" },
        { "LARDER018", "Save", "nothing can be awaited", Service + "[Memoize] public partial int Get(int x); int GetCore(int x) => x; [Invalidates(\"Get\")] public unsafe partial Task Save(int x); Task SaveCore(int x) => Task.CompletedTask; }" },
        { "LARDER018", "Get", "nothing can be awaited", Service + "[Memoize(Verbose = true)] public unsafe partial Task<int> Get(int x); Task<int> GetCore(int x) => Task.FromResult(x); }" },
        { "LARDER018", "Get", "it has a body already", Service + "[Memoize] public partial int Get(int x); public partial int Get(int x) => x; int GetCore(int x) => x; }" },
        { "LARDER018", "Get", "it has a body already", Service + "public partial int Get(int x); [Memoize] public partial int Get(int x) => x; }" },
        { "LARDER018", "Get", "implements an interface explicitly", "public interface IG { int Get(int x); } public partial class S : IG { [Memoize] int IG.Get(int x) => x; }" },
        { "LARDER018", "Get", "it is abstract", "public abstract partial class S { [Memoize] public abstract int Get(int x); }" },
        { "LARDER018", "Get", "outside of C#", "public static partial class S { [Memoize] public static extern int Get(int x); }" },
        { "LARDER018", "get", "no ordinary method", "public partial class S { public int P { [Memoize] get => 1; } }" },
        { "LARDER018", "get", "no ordinary method", "public interface IS { int P { [Memoize] get; } }" },
        { "LARDER018", "Get", "no member of a type", Service + "public int M() { [Memoize] int Get(int x) => x; return Get(cache.Name.Length); } }" },
        { "LARDER018", "[Memoize] (int x) => x", "cache.Memoize", Service + "public Func<int, int> M() => [Memoize] (int x) => x; }" },
        { "LARDER018", "Get", "implements no static methods", "public interface IService { [Memoize] static int Get(int x) => x; }" },
        { "LARDER018", "Get", "cannot be implemented by others", "public interface IService { [Memoize] sealed int Get(int x) => x; }" },
        { "LARDER018", "Get", "is protected", "public interface IService { [Memoize] protected int Get(int x) => x; }" },
        { "LARDER018", "IService", "'Hidden' is protected", "public interface IService { [Memoize] int Get(int x); protected int Hidden(int x); }" },
        { "LARDER018", "IService", "as another type is", "public interface IService { [Memoize] int Get(int x); } public class MemoizedService;" },
        { "LARDER005", "Get", "'Task<FileStream>'", Service + "[Memoize] public partial Task<FileStream> Get(int x); Task<FileStream> GetCore(int x) => null!; }" },
        { "LARDER019", "GetOrSet", "caches a 'Task<int>' itself, which stays when it has failed and which no store can keep; call GetOrSetAsync", Calls("cache.GetOrSet(\"k\", _ => LoadAsync())") },
        { "LARDER019", "GetOrSet", "'Task<int>'", Calls("cache.GetOrSet(\"k\", async _ => await LoadAsync())") },
        { "LARDER019", "GetOrSet", "'ValueTask<string>'", Calls("cache.GetOrSet(\"k\", 5, (x, _) => new ValueTask<string>(\"\"))") },
        { "LARDER019", "GetOrSet<Task>", "'Task'", Calls("cache?.GetOrSet<Task>(\"k\", _ => LoadAsync())") },
        { "LARDER019", "GetOrSet", "'Task<int>'", Calls("new Cache().GetOrSet(\"k\", (EntryContext e, CancellationToken _) => LoadAsync())") },
        { "LARDER019", "GetOrSetAsync", "'Task<int>' itself, which stays when it has failed and which no store can keep; await it first", Calls("cache.GetOrSetAsync(\"k\", _ => new ValueTask<Task<int>>(LoadAsync()))") },
        { "LARDER019", "GetOrSetAsync", "'IQueryable<int>' itself, which is computed or consumed while it is read; cache a list", Calls("cache.GetOrSetAsync(\"k\", _ => Task.FromResult(new[] { 1 }.AsQueryable()))") },
        { "LARDER019", "GetOrSetManyAsync", "'Task<int>'", Calls("cache.GetOrSetManyAsync([\"k\"], (keys, _) => Task.FromResult(new Dictionary<string, Task<int>>()))") },
        { "LARDER019", "Set", "'MemoryStream'", Calls("cache.Set(\"k\", new MemoryStream())") },
        { "LARDER019", "SetAsync", "await it first", Calls("cache.Collection(\"c\").SetAsync(\"k\", LoadAsync())") },
    };

    /// <summary>The sources where a body can be written.</summary>
    public static TheoryData<string> Bodiless => [.. Cases.Select(row => row.Data).Where(row => row.Item1 != "LARDER002").Select(row => row.Item4)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Diagnostic_says_what_is_wrong(string id, string under, string says, string source)
    {
        (string Id, string Message, string Text)[] found = await GeneratorRun.Of(source).AnalyzeAsync();

        (string Id, string Message, string Text) hit = Assert.Single(found, d => d.Id == id);
        Assert.Contains(says, hit.Message, StringComparison.Ordinal);
        Assert.Equal(under, hit.Text);
        Assert.DoesNotContain(found, d => d.Id != id);
    }

    [Fact]
    public void Every_diagnostic_has_a_case()
    {
        string[] tested = [.. Cases.Select(row => row.Data.Item1).Distinct().Order(StringComparer.Ordinal)];

        Assert.Equal(Rules.All.Select(rule => rule.Id).Order(StringComparer.Ordinal), tested);
    }

    [Theory]
    [MemberData(nameof(Bodiless))]
    public void Method_with_an_error_gets_a_stub_so_that_the_analyzer_is_reached(string source) =>
        Assert.DoesNotContain(GeneratorRun.Of(source).Output.GetDiagnostics(TestContext.Current.CancellationToken), d => d.Id == "CS8795");

    [Fact]
    public async Task Correct_code_has_none()
    {
        (string, string, string)[] found = await GeneratorRun.Of(Service + """
            [Memoize(TtlSeconds = 60, Scope = CacheScope.User, Tags = ["x:{x}"], IgnoreArguments = ["password"])]
            public partial ValueTask<int> GetAsync(int x, UserContext user, string password, CancellationToken cancellationToken);
            ValueTask<int> GetCoreAsync(int x, UserContext user, string password, CancellationToken cancellationToken) => new(x);
            [Invalidates("GetAsync")]
            public partial Task SaveAsync(int x, UserContext user);
            Task SaveCoreAsync(int x, UserContext user) => Task.CompletedTask;
            }
            """).AnalyzeAsync();

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("cache.GetOrSetAsync(\"k\", _ => LoadAsync())")]
    [InlineData("cache.GetOrSetAsync(\"k\", async _ => await LoadAsync())")]
    [InlineData("cache.GetOrSet(\"k\", _ => 5)")]
    [InlineData("cache.GetOrSet<IEnumerable<int>>(\"k\", _ => [1, 2])")]
    [InlineData("cache.GetOrSet(\"k\", LoadAsync(), (task, _) => task.Result)")]
    [InlineData("cache.Set(\"k\", new List<Task>())")]
    [InlineData("new Dictionary<string, Task>().GetOrSet(\"k\", _ => LoadAsync())")]
    public async Task Result_that_is_cached_is_none(string call) =>
        Assert.Empty(await GeneratorRun.Of(Calls(call), "static class Others { public static T GetOrSet<T>(this Dictionary<string, Task> tasks, string key, Func<string, T> load) => load(key); }").AnalyzeAsync());

    [Fact]
    public void Stub_throws_when_somebody_suppressed_the_error()
    {
        var type = GeneratorRun.Of("public static partial class Service { [Memoize] public static partial int Get(int x, Version v); static int GetCore(int x, Version v) => x; }").Load().GetType("Service")!;

        var error = Assert.Throws<System.Reflection.TargetInvocationException>(() => type.GetMethod("Get")!.Invoke(null, [1, null]));

        Assert.IsType<NotSupportedException>(error.InnerException);
    }

    [Fact]
    public void Every_diagnostic_is_documented_with_an_example_and_a_fix()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "memoize.md"));

        foreach (Microsoft.CodeAnalysis.DiagnosticDescriptor rule in Rules.All)
        {
            int at = page.IndexOf($"### {rule.Id}", StringComparison.Ordinal);
            Assert.True(at > 0, $"docs/memoize.md has no '### {rule.Id}'.");
            int end = page.IndexOf("### LARDER", at + 5, StringComparison.Ordinal);
            string section = end < 0 ? page[at..] : page[at..end];
            Assert.Contains("```csharp", section, StringComparison.Ordinal);
            Assert.Contains("**Fix**", section, StringComparison.Ordinal);
        }
    }
}
