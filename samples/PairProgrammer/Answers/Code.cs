namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>What <c>code</c> returns: the code, and how it meets each criterion of its ticket.</summary>
public sealed record Code(string FileName, string Source, string Explanation, IReadOnlyList<MetCriterion> MetCriteria) : IAnswer
{
    public IEnumerable<string> Flaws() => new FlawList("code")
        .FileName("file_name", FileName).Text("source", Source).Text("explanation", Explanation)
        .Texts("met_criteria.criterion", [.. MetCriteria.Select(met => met.Criterion)]).Texts("met_criteria.how", [.. MetCriteria.Select(met => met.How)]);

    public string ToMarkdown() => new MarkdownText()
        .Code(FileName, Source).Field("Explanation", Explanation).Numbered("Acceptance criteria", [.. MetCriteria.Select(met => $"{met.Criterion} — {met.How}")]).ToString();
}

/// <summary>An acceptance criterion, and how the code meets it.</summary>
public sealed record MetCriterion(string Criterion, string How);
