using Larder.Memoize.CodeFixes;
using Larder.Memoize.Generation;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Larder.Memoize.Tests.Generation;

/// <summary>The code fix does the whole transformation, and what it leaves compiles without a diagnostic.</summary>
public sealed class CodeFixTests
{
    private static Task<(string Title, string Code)> FixAsync(string source) => FixAsync(source, new MemoizeAnalyzer(), new MemoizeCodeFix());

    private static async Task<(string Title, string Code)> FixAsync(string source, DiagnosticAnalyzer analyzer, CodeFixProvider fix)
    {
        CSharpCompilation compilation = GeneratorRun.Compile("Subject", source);
        using var workspace = new AdhocWorkspace();
        Project project = workspace.AddProject("Subject", LanguageNames.CSharp)
            .WithParseOptions(compilation.SyntaxTrees[0].Options)
            .WithCompilationOptions(compilation.Options)
            .WithMetadataReferences(compilation.References);
        project = project.AddDocument("Usings.cs", await compilation.SyntaxTrees[0].GetTextAsync()).Project;
        Document document = project.AddDocument("File.cs", source);
        Compilation own = (await document.Project.GetCompilationAsync())!;
        Diagnostic diagnostic = (await own.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync())
            .Where(d => fix.FixableDiagnosticIds.Contains(d.Id)).OrderBy(d => d.Id).First();

        CodeAction? action = null;
        await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (found, _) => action ??= found, CancellationToken.None));
        Assert.NotNull(action);
        var change = (ApplyChangesOperation)(await action.GetOperationsAsync(CancellationToken.None)).Single();
        Document changed = await Microsoft.CodeAnalysis.Formatting.Formatter.FormatAsync(change.ChangedSolution.GetDocument(document.Id)!);
        string code = (await changed.GetTextAsync()).ToString().ReplaceLineEndings("\n");

        GeneratorRun run = GeneratorRun.Of(code);
        run.Load();
        Assert.Empty(await run.AnalyzeAsync());
        return (action.Title, code);
    }

    [Fact]
    public async Task Body_moves_to_a_method_of_its_own()
    {
        (string title, string code) = await FixAsync("""
            namespace App;

            public class Weather(ICache cache)
            {
                private readonly ICache _cache = cache;

                /// <summary>The weather.</summary>
                [Memoize(TtlSeconds = 60)]
                public async Task<int> GetAsync(string city, int days = 3, CancellationToken ct = default)
                {
                    // Slow.
                    await Task.Delay(1, ct);
                    return city.Length * days;
                }

                public int Other() => 1;
            }
            """);

        Assert.Equal("Make 'GetAsync' partial and move its body to 'GetCoreAsync'", title);
        Assert.Equal("""
            namespace App;

            public partial class Weather(ICache cache)
            {
                private readonly ICache _cache = cache;

                /// <summary>The weather.</summary>
                [Memoize(TtlSeconds = 60)]
                public partial Task<int> GetAsync(string city, int days = 3, CancellationToken ct = default);

                private async Task<int> GetCoreAsync(string city, int days, CancellationToken ct)
                {
                    // Slow.
                    await Task.Delay(1, ct);
                    return city.Length * days;
                }

                public int Other() => 1;
            }
            """.ReplaceLineEndings("\n"), code);
    }

    [Fact]
    public async Task Expression_body_static_generic_and_nested()
    {
        (_, string code) = await FixAsync("""
            static class Outer
            {
                public struct Inner
                {
                    [Memoize]
                    internal static T? Get<T>(int x)
                        where T : class => null;
                }
            }
            """);

        Assert.Contains("static partial class Outer", code, StringComparison.Ordinal);
        Assert.Contains("public partial struct Inner", code, StringComparison.Ordinal);
        Assert.Contains("internal static partial T? Get<T>(int x)", code, StringComparison.Ordinal);
        Assert.Contains("private static T? GetCore<T>(int x)", code, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class S { [Memoize] int Get(int x) => x; }", "private partial int Get(int x);")]
    [InlineData("class S { [Memoize] static int Get(int x) => x; }", "private static partial int Get(int x);")]
    [InlineData("[Serializable]\nclass S { [Memoize] protected internal int Get(int x) => x; }", "[Serializable]\npartial class S")]
    [InlineData("class B { public virtual int Get(int x) => x; } class S : B { [Memoize] public sealed override int Get(int x) => base.Get(x); }", "public sealed override partial int Get(int x);")]
    [InlineData("class S { [Memoize(body: \"Old\", TtlSeconds = 5)] public int Get(int x) { return Twice(x); int Twice(int y) => y * 2; } }", "[Memoize(TtlSeconds = 5)]")]
    [InlineData("static class S { [Memoize] public static int Get(this string x, [System.Runtime.CompilerServices.CallerLineNumber] int y = 3, params int[] z) => y; }", "private static int GetCore(this string x, int y, params int[] z) => y;")]
    [InlineData("class S { [Memoize, Obsolete] public unsafe int Get(int x) { int* y = &x; return *y; } }", "private unsafe int GetCore(int x)")]
    [InlineData("interface IG { Task<T?> GetAsync<T>(int x) where T : class; } class S : IG { [Memoize] public async Task<T?> GetAsync<T>(int x) where T : class { await Task.Yield(); return null; } }", "private async Task<T?> GetCoreAsync<T>(int x) where T : class")]
    [InlineData("readonly struct S { [Memoize] public int Get(int x) => x; }", "readonly partial struct S")]
    [InlineData("class S\n{\n    #region One\n    // Before.\n    [Memoize] // Beside.\n    public int Get(int x) // After.\n        => x; // Behind.\n    #endregion\n#if X\n    int other;\n#endif\n}", "    // Before.\n    [Memoize] // Beside.")]
    [InlineData("class S { [Memoize] public int Get(int x) => x; [Memoize] public partial int Get(long x); int GetCore(long x) => 1; }", "Memoize(nameof(GetCore2))")]
    public async Task Hard_shapes(string source, string expected)
    {
        (_, string code) = await FixAsync(source);

        Assert.Contains(expected, code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_that_is_taken_is_not_taken_again()
    {
        (string title, string code) = await FixAsync("""
            public partial class Weather
            {
                private int GetCore;

                [Memoize(TtlSeconds = 5)]
                public int Get(int x) => x + GetCore++;
            }
            """);

        Assert.Contains("'GetCore2'", title, StringComparison.Ordinal);
        Assert.Contains("[Memoize(nameof(GetCore2), TtlSeconds = 5)]", code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalidator_as_well()
    {
        (_, string code) = await FixAsync("""
            public partial class Weather
            {
                [Memoize]
                public partial int Get(int x);

                private int GetCore(int x) => x;

                public void SaveCore() { }

                [Obsolete, Invalidates(nameof(Get))]
                public void Save(int x) => SaveCore();
            }
            """);

        Assert.Contains("[Obsolete, Invalidates(nameof(Get), Body = nameof(SaveCore2))]", code, StringComparison.Ordinal);
        Assert.Contains("public partial void Save(int x);", code, StringComparison.Ordinal);
        Assert.Contains("private void SaveCore2(int x) => SaveCore();", code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Type_that_is_not_partial_becomes_so()
    {
        (string title, string code) = await FixAsync("""
            // A comment.
            class Weather
            {
                [Memoize]
                public partial int Get(int x);

                private int GetCore(int x) => x;
            }
            """);

        Assert.Equal("Make the type partial", title);
        Assert.StartsWith("// A comment.\npartial class Weather", code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_that_would_be_cached_is_awaited_by_the_cache()
    {
        (string title, string code) = await FixAsync(
            """
            class Weather(ICache cache)
            {
                public async Task<int> GetAsync(string city) =>
                    await cache. /* here */ GetOrSet($"weather:{city}", _ => LoadAsync(city)).ConfigureAwait(false);

                private static Task<int> LoadAsync(string city) => Task.FromResult(city.Length);
            }
            """,
            new CachedValueAnalyzer(),
            new CachedTaskCodeFix());

        Assert.Equal("Call 'GetOrSetAsync'", title);
        Assert.Contains("await cache. /* here */ GetOrSetAsync($\"weather:{city}\", _ => LoadAsync(city)).ConfigureAwait(false);", code, StringComparison.Ordinal);
    }
}
