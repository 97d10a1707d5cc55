using Larder.Memoize.Generation;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Tests.Generation;

/// <summary>A keystroke elsewhere writes nothing again.</summary>
public sealed class IncrementalTests
{
    private const string Weather = """
        namespace App;
        public sealed partial class Weather(ICache cache)
        {
            [Memoize(TtlSeconds = 5)]
            public partial int Get(int x);
            private int GetCore(int x) => x;
            [Invalidates(nameof(Get))]
            public partial void Save(int x);
            private void SaveCore(int x) { }
        }
        """;

    private const string Rates = """
        namespace App;
        public interface IRates { [Memoize] int Rate(string currency); }
        public static partial class Sums { [Memoize] public static partial int Add(int a, int b); private static int AddCore(int a, int b) => a + b; }
        """;

    private const string Elsewhere = "namespace App; public class Elsewhere { public int X => 1; }";

    private static readonly string[] Steps = [MemoizeGenerator.MethodsStep, MemoizeGenerator.InvalidatorsStep, MemoizeGenerator.DecoratorsStep, MemoizeGenerator.TypesStep];

    private static readonly string[] Names = ["App.IRates.Memoize.g.cs", "App.Sums.Memoize.g.cs", "App.Weather.Memoize.g.cs"];

    private static void Unchanged(GeneratorRun run)
    {
        foreach (string step in Steps)
            Assert.All(run.Reasons(step), reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{step}: {reason}"));
        Assert.All(Outputs(run), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    private static IncrementalStepRunReason[] Outputs(GeneratorRun run) =>
        [.. run.Result.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(step => step.Outputs).Select(output => output.Reason)];

    [Fact]
    public void First_run_writes_a_file_for_each_type()
    {
        GeneratorRun run = GeneratorRun.Of(Weather, Rates, Elsewhere);

        Assert.Equal(Names, run.Files.Keys.Order(StringComparer.Ordinal));
        Assert.All(Outputs(run), reason => Assert.Equal(IncrementalStepRunReason.New, reason));
    }

    [Fact]
    public void Keystroke_in_another_file_writes_nothing_again()
    {
        GeneratorRun run = GeneratorRun.Of(Weather, Rates, Elsewhere);

        Unchanged(run.WithFile(3, Elsewhere.Replace("=> 1", "=> 12", StringComparison.Ordinal)));
    }

    [Fact]
    public void New_file_writes_nothing_again() =>
        Unchanged(GeneratorRun.Of(Weather, Rates).With(input => (Microsoft.CodeAnalysis.CSharp.CSharpCompilation)input.AddSyntaxTrees(Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(Elsewhere, (Microsoft.CodeAnalysis.CSharp.CSharpParseOptions)input.SyntaxTrees[0].Options, cancellationToken: TestContext.Current.CancellationToken))));

    [Fact]
    public void Keystroke_in_a_body_or_comment_of_the_same_file_writes_nothing_again()
    {
        GeneratorRun run = GeneratorRun.Of(Weather, Rates, Elsewhere);

        Unchanged(run.WithFile(1, Weather.Replace("GetCore(int x) => x;", "GetCore(int x) => x + 1; // more", StringComparison.Ordinal)));
        Unchanged(run.WithFile(1, "// one line more\n\n" + Weather));
    }

    [Fact]
    public void Change_of_one_method_writes_its_type_again_and_no_other()
    {
        GeneratorRun run = GeneratorRun.Of(Weather, Rates, Elsewhere);

        GeneratorRun changed = run.WithFile(1, Weather.Replace("TtlSeconds = 5", "TtlSeconds = 6", StringComparison.Ordinal));

        Assert.Single(Outputs(changed), reason => reason == IncrementalStepRunReason.Modified);
        Assert.All(Outputs(changed), reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Modified, reason.ToString()));
        Assert.Contains("FromSeconds(6)", changed.Files["App.Weather.Memoize.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Change_of_an_argument_type_elsewhere_is_seen()
    {
        const string Record = "namespace App; public readonly record struct Place(int X);";
        const string User = "namespace App; public static partial class S { [Memoize] public static partial int Get(Place p); static int GetCore(Place p) => 1; }";
        GeneratorRun run = GeneratorRun.Of(User, Record);

        GeneratorRun changed = run.WithFile(2, "namespace App; public readonly record struct Place(int X, string? Y);");

        Assert.DoesNotContain("p.Y", run.Files["App.S.Memoize.g.cs"], StringComparison.Ordinal);
        Assert.Contains("p.Y", changed.Files["App.S.Memoize.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Output_does_not_depend_on_the_run()
    {
        IReadOnlyDictionary<string, string> first = GeneratorRun.Of(Weather, Rates, Elsewhere).Files;

        Assert.Equal(first, GeneratorRun.Of(Weather, Rates, Elsewhere).Files);
        Assert.Equal(first.OrderBy(file => file.Key), GeneratorRun.Of(Elsewhere, Rates, Weather).Files.OrderBy(file => file.Key));
    }

    [Fact]
    public void Models_hold_no_symbols()
    {
        foreach (Type model in typeof(MemoizeGenerator).Assembly.GetTypes().Where(type => type.Namespace == "Larder.Memoize.Generation.Model"))
        {
            foreach (System.Reflection.PropertyInfo property in model.GetProperties())
                Assert.False(IsOfCompiler(property.PropertyType), $"{model.Name}.{property.Name} is a {property.PropertyType}.");
        }

        static bool IsOfCompiler(Type type) => type.Namespace?.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) == true || type.GetGenericArguments().Any(IsOfCompiler);
    }
}
