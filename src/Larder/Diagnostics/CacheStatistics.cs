namespace Larder;

/// <summary>What a cache has done since it was made, as of one moment.</summary>
public sealed record CacheStatistics
{
    /// <summary>Look-ups answered with a fresh value, from memory or store.</summary>
    public long Hits { get; init; }
}
