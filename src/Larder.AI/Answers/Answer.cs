using Microsoft.Extensions.AI;

namespace Larder.AI.Answers;

/// <summary>What is kept of one request.</summary>
/// <param name="Response">What the provider answered.</param>
/// <param name="At">When the answer was complete.</param>
/// <param name="Duration">How long the provider took.</param>
internal readonly record struct Answer(ChatResponse Response, DateTimeOffset At, TimeSpan Duration);
