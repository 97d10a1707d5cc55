namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>What <c>error</c> returns: the error as it was understood, and code without it.</summary>
public sealed record CodeFix(string Error, string DebuggedCode, string Explanation) : IAnswer
{
    public IEnumerable<string> Flaws() => new FlawList("fix").Text("error", Error).Text("debugged_code", DebuggedCode).Text("explanation", Explanation);

    public string ToMarkdown() => new MarkdownText().Field("Error", Error).Code("", DebuggedCode).Field("Explanation", Explanation).ToString();
}
