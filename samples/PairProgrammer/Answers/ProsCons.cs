namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>What speaks for something, and what against.</summary>
public sealed record ProsCons(IReadOnlyList<string> Pros, IReadOnlyList<string> Cons);
