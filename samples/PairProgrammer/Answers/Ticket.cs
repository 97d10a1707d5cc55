namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>What <c>ticket</c> returns.</summary>
public sealed record Ticket(string Title, string Description, IReadOnlyList<string> Requirements, IReadOnlyList<string> AcceptanceCriteria) : IAnswer
{
    public IEnumerable<string> Flaws() => new FlawList("ticket")
        .Text("title", Title).Text("description", Description).Texts("requirements", Requirements).Texts("acceptance_criteria", AcceptanceCriteria);

    public string ToMarkdown() => new MarkdownText()
        .Field("Title", Title).Field("Description", Description).Numbered("Requirements", Requirements).Numbered("Acceptance criteria", AcceptanceCriteria).ToString();
}
