namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>What <c>problem</c> returns: the solutions, the best first, and one alternative.</summary>
public sealed record Solutions(IReadOnlyList<Solution> Items, Alternative Alternative) : IAnswer
{
    public IEnumerable<string> Flaws() => new FlawList("solutions")
        .All("items", Items).Text("alternative.approach", Alternative.Approach).Text("alternative.how_to_switch", Alternative.HowToSwitch);

    public string ToMarkdown()
    {
        var text = new MarkdownText();
        for (int i = 0; i < Items.Count; i++)
            text.Heading($"Solution {i + 1}").Raw(Items[i].ToMarkdown());
        return text.Heading("Alternative").Field("Approach", Alternative.Approach).Field("How to switch to it", Alternative.HowToSwitch).ToString();
    }
}
