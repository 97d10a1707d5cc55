namespace Larder;

/// <summary>What a <see cref="BoundedCache{TKey, TValue}"/> has done since it was made. Every field is exact once other threads are at rest.</summary>
public sealed record BoundedCacheStatistics
{
    /// <summary>Look-ups that found a fresh entry.</summary>
    public long Hits { get; init; }

    /// <summary>Look-ups that found none.</summary>
    public long Misses { get; init; }

    /// <summary>Hits as a share of all look-ups, 0 to 1; 0 when there were none.</summary>
    public double HitRatio => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);

    /// <summary>Entries that made room before their time to live had passed, and values that were refused because they were larger than the bound.</summary>
    public long Evictions { get; init; }

    /// <summary>Entries that were taken away after their time to live had passed.</summary>
    public long Expirations { get; init; }

    /// <summary>How often the removal callback threw.</summary>
    public long CallbackFailures { get; init; }
}
