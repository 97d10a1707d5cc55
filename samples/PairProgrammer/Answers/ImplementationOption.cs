namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>A way to build a solution, in three tiers.</summary>
public sealed record ImplementationOption(Tiers Tiers, IReadOnlyList<string> Technologies, string CodeSolution, ProsCons ProsCons, IReadOnlyList<string> Resources) : IAnswer
{
    public IEnumerable<string> Flaws() => new FlawList("option")
        .Text("tiers.data", Tiers.Data).Text("tiers.logic", Tiers.Logic).Text("tiers.presentation", Tiers.Presentation)
        .Texts("technologies", Technologies).Text("code_solution", CodeSolution)
        .Texts("pros_cons.pros", ProsCons.Pros).Texts("pros_cons.cons", ProsCons.Cons).Texts("resources", Resources);

    public string ToMarkdown() => new MarkdownText()
        .Field("Data tier", Tiers.Data).Field("Logic tier", Tiers.Logic).Field("Presentation tier", Tiers.Presentation)
        .List("Technologies", Technologies).Field("Code solution", CodeSolution)
        .List("Pros", ProsCons.Pros).List("Cons", ProsCons.Cons).List("Resources", Resources).ToString();
}

/// <summary>What each tier does, and with what.</summary>
public sealed record Tiers(string Data, string Logic, string Presentation);
