namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>What a function returns: it can say what it lacks, and show itself.</summary>
public interface IAnswer
{
    /// <summary>What is wrong with it although it fits its schema; empty when nothing is.</summary>
    IEnumerable<string> Flaws();

    /// <summary>The answer as Markdown, for people and for the next prompt.</summary>
    string ToMarkdown();
}
