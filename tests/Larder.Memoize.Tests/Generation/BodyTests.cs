using System.Reflection;
using Larder.Memoize.Generation.Diagnostics;

namespace Larder.Memoize.Tests.Generation;

/// <summary>Which method does the work, wherever it stands and however its types are written.</summary>
public sealed class BodyTests
{
    // The subjects share the default cache and their names: each is asked with arguments of its own.
    private static object? Call(Assembly assembly, string method, params object?[] arguments) =>
        assembly.GetType("S")!.GetMethod(method)!.Invoke(null, arguments);

    [Fact]
    public async Task Same_words_that_mean_another_type_elsewhere_are_no_body()
    {
        GeneratorRun run = GeneratorRun.Of(
            "using Number = System.Int32; public static partial class S { [Memoize] public static partial int Get(Number x); }",
            "using Number = System.Int64; public static partial class S { static int GetCore(Number x) => 1; }");

        Assert.Equal([Rules.NoBody.Id], (await run.AnalyzeAsync()).Select(found => found.Id));
    }

    [Fact]
    public void Same_words_elsewhere_are_a_body_when_they_mean_the_same()
    {
        Assembly assembly = GeneratorRun.Of(
            "using Number = System.Int64; public static partial class S { [Memoize] public static partial int Get(Number x); }",
            "using Number = System.Int64; public static partial class S { static int GetCore(Number x) => 1; }").Load();

        Assert.Equal(1, Call(assembly, "Get", 100L));
    }

    [Fact]
    public void Other_words_for_the_same_type_are_a_body()
    {
        Assembly assembly = GeneratorRun.Of("using Number = System.Int64; public static partial class S { [Memoize] public static partial int Get(Number x); static Int32 GetCore(long x) => (int)x; }").Load();

        Assert.Equal(200, Call(assembly, "Get", 200L));
    }

    [Fact]
    public void Overload_with_the_same_types_is_the_body()
    {
        Assembly assembly = GeneratorRun.Of("""
            public static partial class S
            {
                [Memoize] public static partial string Get(int x, string y);
                static string GetCore(string y, int x) => "swapped";
                static string GetCore(int x) => "short";
                static string GetCore(int x, string y, bool z) => "long";
                static string GetCore<T>(int x, string y) => "generic";
                static string GetCore(int x, string y) => "same";
            }
            """).Load();

        Assert.Equal("same", Call(assembly, "Get", 1, "a"));
    }

    [Fact]
    public async Task By_reference_is_not_by_value()
    {
        GeneratorRun run = GeneratorRun.Of("public static partial class S { [Memoize] public static partial int Get(int x); static int GetCore(ref int x) => x; }");

        Assert.Equal([Rules.NoBody.Id], (await run.AnalyzeAsync()).Select(found => found.Id));
    }

    [Theory]
    [InlineData(", CancellationToken token", "token.CanBeCanceled ? x : 0", 1)]
    [InlineData("", "x", 2)]
    public async Task Body_takes_the_token_or_leaves_it_out(string parameter, string answer, int argument)
    {
        Assembly assembly = GeneratorRun.Of($$"""
            public static partial class S
            {
                [Memoize] public static partial Task<int> GetAsync(int x, CancellationToken token);
                static Task<int> GetCoreAsync(int x{{parameter}}) => Task.FromResult({{answer}});
            }
            """).Load();

        Assert.Equal(argument, await (Task<int>)Call(assembly, "GetAsync", argument, TestContext.Current.CancellationToken)!);
    }

    [Fact]
    public void Body_of_a_base_type_is_found()
    {
        Assembly assembly = GeneratorRun.Of("public class B { protected static int GetCore(int x) => x + 1; } public partial class S : B { [Memoize] public static partial int Get(int x); }").Load();

        Assert.Equal(301, Call(assembly, "Get", 300));
    }
}
