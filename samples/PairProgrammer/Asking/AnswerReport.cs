using Microsoft.Extensions.AI;

namespace Larder.Samples.PairProgrammer.Asking;

/// <summary>How an answer came about.</summary>
/// <param name="Function">What was asked.</param>
/// <param name="Origin">Where the answer is from.</param>
/// <param name="Took">How long the caller waited, a repair included.</param>
/// <param name="Usage">The tokens, as the provider reported them when it was asked.</param>
/// <param name="Repaired">Whether the first answer did not fit, and the second did.</param>
public sealed record AnswerReport(string Function, ChatAnswerOrigin Origin, TimeSpan Took, UsageDetails? Usage, bool Repaired);
