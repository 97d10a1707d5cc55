namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>One way to solve a problem.</summary>
public sealed record Solution(string Problem, string Approach, ProsCons ProsCons, IReadOnlyList<string> Resources) : IAnswer
{
    public IEnumerable<string> Flaws() => new FlawList("solution")
        .Text("problem", Problem).Text("approach", Approach).Texts("pros_cons.pros", ProsCons.Pros).Texts("pros_cons.cons", ProsCons.Cons).Texts("resources", Resources);

    public string ToMarkdown() => new MarkdownText()
        .Field("Problem", Problem).Field("Approach", Approach).List("Pros", ProsCons.Pros).List("Cons", ProsCons.Cons).List("Resources", Resources).ToString();
}

/// <summary>A way that was not taken.</summary>
public sealed record Alternative(string Approach, string HowToSwitch);
