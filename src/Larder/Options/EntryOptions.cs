using Larder.Serialization;

namespace Larder;

/// <summary>
/// How to treat one entry. What is left <see langword="null"/> follows the cache's own defaults
/// (<see cref="CacheOptions"/>). Make one instance and reuse it: it is immutable.
/// </summary>
public sealed record EntryOptions
{
    /// <summary>How long the entry is fresh. Positive, or <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The entry stays fresh for this long after each hit, at most until <see cref="Ttl"/> or <see cref="AbsoluteExpiration"/> have passed since it was written. Positive. Without a TTL of its own the cache's <see cref="CacheOptions.DefaultTtl"/> ends it; <see cref="Timeout.InfiniteTimeSpan"/> lets it slide for ever.</summary>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>When the entry stops being fresh, by the wall clock; the earlier of this and <see cref="Ttl"/> (or <see cref="CacheOptions.DefaultTtl"/>) holds; with <see cref="Timeout.InfiniteTimeSpan"/> this alone.</summary>
    public DateTimeOffset? AbsoluteExpiration { get; init; }

    /// <summary>How long after its TTL the entry may still be served when the factory fails or is slow. Zero (never) or more.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>After a failed factory, how long the stale value is served before the factory is tried again. Positive.</summary>
    public TimeSpan? GraceThrottle { get; init; }

    /// <summary>Up to this span is added to the TTL at random, so that entries written together do not expire together. Zero or more.</summary>
    public TimeSpan? Jitter { get; init; }

    /// <summary>A hit after this share of the TTL renews the entry in the background. At least 0, which turns it off, and less than 1.</summary>
    public double? EagerRefresh { get; init; }

    /// <summary>How long a caller waits for the factory when there is something stale to serve instead. Positive, at most 49 days and shorter than <see cref="HardTimeout"/>, or <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan? SoftTimeout { get; init; }

    /// <summary>How long a caller waits for the factory at all. Positive and at most 49 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan? HardTimeout { get; init; }

    /// <summary>Whether a factory that its callers stopped waiting for because of a timeout goes on, and its value is cached.</summary>
    public bool? CompleteInBackground { get; init; }

    /// <summary>How often a failed factory is tried again, and how long apart.</summary>
    public RetryOptions? Retry { get; init; }

    /// <summary>Labels to remove entries by, together. None may be empty.</summary>
    public IReadOnlyCollection<string>? Tags { get; init; }

    /// <summary>The entry's size in bytes, for <see cref="CacheOptions.MaxBytes"/>; otherwise it is estimated. Zero or more.</summary>
    public long? Size { get; init; }

    /// <summary>Where the entry is kept and looked for. Default: both tiers.</summary>
    public Tiers? Tiers { get; init; }

    /// <summary>Whether every caller gets a copy of its own (made by the serializer), so that mutable values are safe. Immutable values are never copied. What is set is the cache's from then on: copy it first, if you go on changing it.</summary>
    public bool? CloneOnRead { get; init; }

    /// <summary>Whether a failing store is hidden from the caller: reads go on to the factory, writes are repeated later. Otherwise the caller gets a <see cref="CacheStoreException"/>.</summary>
    public bool? FailSilently { get; init; }

    /// <summary>Where the entry is looked for, when that is not where it is kept (<see cref="Tiers"/>).</summary>
    internal Tiers? ReadFrom { get; init; }

    /// <summary>How long memory keeps the entry fresh, when that is shorter than its TTL: then the store is asked again.</summary>
    internal TimeSpan? MemoryTtl { get; init; }

    /// <summary>What holds for the entry's stored form alone.</summary>
    internal PayloadTerms PayloadTerms { get; init; }

    /// <summary>Whether a hit in memory under these options needs nothing but the look-up.</summary>
    internal bool AllowsPlainHit => CloneOnRead is not true && (ReadFrom ?? Tiers ?? Larder.Tiers.Both).HasFlag(Larder.Tiers.Memory);
}
