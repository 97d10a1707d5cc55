namespace Larder;

/// <summary>What a <see cref="LarderChatClient"/> has done since it was made, as of one moment.</summary>
/// <remarks>
/// Tokens are what the provider reported; an answer without a report counts as none. Counts taken while the client is in
/// use need not be of the same instant.
/// </remarks>
public sealed record ChatCacheStatistics
{
    /// <summary>Calls that got an answer which another call had paid for, from memory, from the store or by waiting for it.</summary>
    public long Hits { get; init; }

    /// <summary>Calls that got a stale answer because the provider failed. Not part of <see cref="Hits"/>.</summary>
    public long StaleHits { get; init; }

    /// <summary>Calls whose prompt cannot be a key, so that they went to the provider past the cache. docs/ai.md says which.</summary>
    public long Bypassed { get; init; }

    /// <summary>Requests to the provider that brought an answer, those past the cache excepted.</summary>
    public long Answers { get; init; }

    /// <summary>Of <see cref="Answers"/>, those that were not kept: refused, cut off, in error, or turned down by <see cref="ChatCacheOptions.ShouldCache"/>.</summary>
    public long NotKept { get; init; }

    /// <summary>Requests to the provider that failed. Those that everybody gave up are not among them.</summary>
    public long Failures { get; init; }

    /// <summary>Tokens of prompts that were paid for.</summary>
    public long InputTokensPaid { get; init; }

    /// <summary>Tokens of answers that were paid for.</summary>
    public long OutputTokensPaid { get; init; }

    /// <summary>Tokens of prompts that were not paid for again.</summary>
    public long InputTokensSaved { get; init; }

    /// <summary>Tokens of answers that were not paid for again.</summary>
    public long OutputTokensSaved { get; init; }

    /// <summary>How long the provider took for <see cref="Answers"/>, added up.</summary>
    public TimeSpan TimePaid { get; init; }

    /// <summary>How much sooner than from the provider answers came, added up: what it took for each, less what the caller waited.</summary>
    public TimeSpan TimeSaved { get; init; }
}
