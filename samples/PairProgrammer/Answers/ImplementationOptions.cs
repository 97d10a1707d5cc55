namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>What <c>design</c> returns: the options, the best first.</summary>
public sealed record ImplementationOptions(IReadOnlyList<ImplementationOption> Items) : IAnswer
{
    public IEnumerable<string> Flaws() => new FlawList("options").All("items", Items);

    public string ToMarkdown()
    {
        var text = new MarkdownText();
        for (int i = 0; i < Items.Count; i++)
            text.Heading($"Implementation option {i + 1}").Raw(Items[i].ToMarkdown());
        return text.ToString();
    }
}
