using System.Diagnostics;
using System.Globalization;
using System.Text;
using Larder.Memoize.Generation;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Larder.Benchmarks;

/// <summary>What the generator adds to a compilation: 1,000 memoized methods in 100 files, all anew, and after a keystroke in one of them or elsewhere.</summary>
internal static class GeneratorBenchmark
{
    private const int Classes = 100;
    private const int MethodsPerClass = 10;
    private const int Rounds = 15;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Preview);

    public static void Run(string[] arguments)
    {
        var report = new Report("generator", "Medians of runs in a warm compiler. The compiler's own work on the same sources is timed beside it.");
        CSharpCompilation sources = Compile();
        CSharpCompilation edited = sources.ReplaceSyntaxTree(sources.SyntaxTrees[0], Parse(Class(0, comment: "// a keystroke")));
        CSharpCompilation elsewhere = sources.AddSyntaxTrees(Parse("class Elsewhere { }"));
        GeneratorDriver empty = CSharpGeneratorDriver.Create([new MemoizeGenerator().AsSourceGenerator()], parseOptions: Parsing);
        GeneratorDriver full = empty.RunGeneratorsAndUpdateCompilation(sources, out Compilation whole, out _);
        int methods = full.GetRunResult().GeneratedTrees.Length;
        if (methods != Classes)
            throw new InvalidOperationException($"{methods} files were generated; {Classes} should be.");

        double compile = Median(() => Fresh(whole).GetDiagnostics());
        (string Name, double Milliseconds)[] rows =
        [
            ("1,000 methods anew", Median(() => empty.RunGenerators(Fresh(sources)))),
            ("after a keystroke in one of the 100 files", Median(() => full.RunGenerators(Fresh(edited)))),
            ("after a keystroke elsewhere", Median(() => full.RunGenerators(Fresh(elsewhere)))),
            ("the compiler, for sources and what was generated", compile),
        ];
        report.Table(["what", "ms", "to the compiler"], rows.Select(row => new[] { row.Name, Report.Number(row.Milliseconds), Report.Number(row.Milliseconds / compile, 3) }));
        report.Save();
    }

    // Without what the compiler has found out about the sources in an earlier round.
    private static Compilation Fresh(Compilation compilation) => compilation.Clone();

    private static double Median(Action run)
    {
        double[] times = new double[Rounds];
        run();
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[Rounds / 2];
    }

    private static CSharpCompilation Compile() => CSharpCompilation.Create(
        "Memoized",
        Enumerable.Range(0, Classes).Select(i => Parse(Class(i, comment: ""))),
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "Larder.dll"))
                .Select(path => MetadataReference.CreateFromFile(path)),
        ],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    private static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, Parsing);

    private static string Class(int number, string comment)
    {
        var text = new StringBuilder();
        text.AppendLine("using System; using System.Threading; using System.Threading.Tasks; using Larder;");
        text.AppendLine(CultureInfo.InvariantCulture, $"namespace Memoized.Part{number % 10}; {comment}");
        text.AppendLine(CultureInfo.InvariantCulture, $"public sealed partial class Service{number}(ICache cache)");
        text.AppendLine("{");
        for (int i = 0; i < MethodsPerClass; i++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"""
                    /// <summary>A result.</summary>
                    [Memoize(nameof(Compute{i}Async), TtlSeconds = 60, Collection = "part{number}")]
                    public partial Task<string> Get{i}Async(string name, int number, Guid id, CancellationToken cancellationToken = default);
                    private Task<string> Compute{i}Async(string name, int number, Guid id, CancellationToken cancellationToken) => Task.FromResult(name);
                """);
        }

        return text.AppendLine("}").ToString();
    }
}
