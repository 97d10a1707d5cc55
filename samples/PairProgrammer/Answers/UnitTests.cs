namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>What <c>test</c> returns.</summary>
public sealed record UnitTests(string FileName, string Source, string Explanation) : IAnswer
{
    public IEnumerable<string> Flaws() => new FlawList("tests").FileName("file_name", FileName).Text("source", Source).Text("explanation", Explanation);

    public string ToMarkdown() => new MarkdownText().Code(FileName, Source).Field("Explanation", Explanation).ToString();
}
