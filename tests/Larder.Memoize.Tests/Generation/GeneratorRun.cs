using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Larder.Memoize.Generation;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Larder.Memoize.Tests.Generation;

/// <summary>Compiles a source with the generator, in this process.</summary>
internal sealed class GeneratorRun
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Collections.Immutable;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Larder;
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Preview, DocumentationMode.Diagnose);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
        MetadataReference.CreateFromFile(typeof(ICache).Assembly.Location),
    ];

    private readonly GeneratorDriver _driver;

    private GeneratorRun(CSharpCompilation input, GeneratorDriver driver)
    {
        Input = input;
        _driver = driver.RunGeneratorsAndUpdateCompilation(input, out Compilation output, out ImmutableArray<Diagnostic> diagnostics);
        Assert.Empty(diagnostics);
        Output = output;
        Result = _driver.GetRunResult().Results.Single();
        Assert.Null(Result.Exception);
    }

    public CSharpCompilation Input { get; }

    public Compilation Output { get; }

    public GeneratorRunResult Result { get; }

    /// <summary>What was generated, by file name.</summary>
    public IReadOnlyDictionary<string, string> Files => Result.GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText.ToString());

    public static GeneratorRun Of(params string[] sources) => Named("Subject", sources);

    /// <summary>The same in an assembly of another name, whose keys are its own.</summary>
    public static GeneratorRun Named(string name, params string[] sources)
    {
        CSharpCompilation input = Compile(name, sources);
        return new GeneratorRun(input, CSharpGeneratorDriver.Create(
            [new MemoizeGenerator().AsSourceGenerator()],
            parseOptions: Parsing,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true)));
    }

    public static CSharpCompilation Compile(string name, params string[] sources) => CSharpCompilation.Create(
        name,
        [.. sources.Prepend(Usings).Select((source, i) => CSharpSyntaxTree.ParseText(source, Parsing, path: $"File{i}.cs"))],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true, reportSuppressedDiagnostics: true));

    /// <summary>The same after a change.</summary>
    public GeneratorRun With(Func<CSharpCompilation, CSharpCompilation> change) => new(change(Input), _driver);

    /// <summary>The same after a file was written anew.</summary>
    public GeneratorRun WithFile(int number, string source) =>
        With(input => input.ReplaceSyntaxTree(input.SyntaxTrees[number], CSharpSyntaxTree.ParseText(source, Parsing, path: $"File{number}.cs")));

    /// <summary>The reasons with which a step was run, one for each output.</summary>
    public IncrementalStepRunReason[] Reasons(string step) => [.. Result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason)];

    /// <summary>
    /// Compiles without an error or warning, and loads. The subjects need no documentation; what is generated does. A
    /// warning that generated code suppresses counts as one, unless it is said to be expected there.
    /// </summary>
    public Assembly Load(params string[] suppressed)
    {
        Diagnostic[] diagnostics = [.. Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Info && !(Input.SyntaxTrees.Contains(diagnostic.Location.SourceTree!)
            ? diagnostic.Id == "CS1591" || diagnostic.IsSuppressed
            : diagnostic.IsSuppressed && suppressed.Contains(diagnostic.Id)))];
        Assert.True(diagnostics.Length == 0, $"{string.Join('\n', diagnostics.AsEnumerable())}\n{string.Join('\n', Files.Values)}");
        using var bytes = new MemoryStream();
        Assert.True(Output.Emit(bytes).Success);
        bytes.Position = 0;
        return new AssemblyLoadContext("subject", isCollectible: false).LoadFromStream(bytes);
    }

    /// <summary>What the analyzers say, sorted by place, with the text that each diagnostic stands under.</summary>
    public async Task<(string Id, string Message, string Text)[]> AnalyzeAsync()
    {
        ImmutableArray<Diagnostic> found = await Output.WithAnalyzers([new MemoizeAnalyzer(), new CachedValueAnalyzer()]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start).ThenBy(diagnostic => diagnostic.Id)
            .Select(diagnostic => (diagnostic.Id, diagnostic.GetMessage(), Text(diagnostic.Location)))];
    }

    private static string Text(Location location) => location.SourceTree is { } tree ? tree.GetText().ToString(location.SourceSpan) : "";
}
