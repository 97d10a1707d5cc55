using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Text;
using Larder.Memoize.Generation;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Larder.Benchmarks;

/// <summary>
/// What the generator adds to a compilation: 1,000 memoized methods in 100 files, all anew, and after a keystroke in one of
/// them or elsewhere. Beside it a generator that finds the same methods and does nothing: what the compiler takes to hand
/// them over, their attributes read.
/// </summary>
internal static class GeneratorBenchmark
{
    private const int Classes = 100;
    private const int MethodsPerClass = 10;
    private const int WarmUps = 5;
    private const int Rounds = 25;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Preview);

    public static void Run(string[] arguments)
    {
        if (GCSettings.IsServerGC)
            Measure();
        else
            RunAsCompilerServer();
    }

    private static void Measure()
    {
        var report = new Report("generator", "Medians of runs in a warm compiler, with the garbage collector of the compiler server. The compiler's own work on the same sources is timed beside it.");
        CSharpCompilation sources = Compile();
        CSharpCompilation edited = sources.ReplaceSyntaxTree(sources.SyntaxTrees[0], Parse(Class(0, comment: "// a keystroke")));
        CSharpCompilation elsewhere = sources.AddSyntaxTrees(Parse("class Elsewhere { }"));
        GeneratorDriver empty = DriverOf(new MemoizeGenerator());
        GeneratorDriver idle = DriverOf(new IdleGenerator());
        GeneratorDriver idleFull = idle.RunGenerators(sources);
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
            ("a generator that does nothing, anew", Median(() => idle.RunGenerators(Fresh(sources)))),
            ("a generator that does nothing, after a keystroke elsewhere", Median(() => idleFull.RunGenerators(Fresh(elsewhere)))),
            ("the compiler, for sources and what was generated", compile),
        ];
        report.Table(["what", "ms", "to the compiler"], rows.Select(row => new[] { row.Name, Report.Number(row.Milliseconds), Report.Number(row.Milliseconds / compile, 3) }));
        report.Save();
    }

    // The compiler server, which builds share, runs with this collector (VBCSCompiler.runtimeconfig.json).
    private static void RunAsCompilerServer()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Environment.GetCommandLineArgs()]) { Environment = { ["DOTNET_gcServer"] = "1" } };
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        Environment.ExitCode = process.ExitCode;
    }

    private static GeneratorDriver DriverOf(IIncrementalGenerator generator) => CSharpGeneratorDriver.Create([generator.AsSourceGenerator()], parseOptions: Parsing);

    // Without what the compiler has found out about the sources in an earlier round.
    private static Compilation Fresh(Compilation compilation) => compilation.Clone();

    private static double Median(Action run)
    {
        double[] times = new double[Rounds];
        for (int i = 0; i < WarmUps; i++)
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

    private sealed class IdleGenerator : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context) => context.RegisterSourceOutput(
            context.SyntaxProvider.ForAttributeWithMetadataName("Larder.MemoizeAttribute", static (_, _) => true, static (found, _) => found.TargetSymbol.Name),
            static (_, _) => { });
    }
}
