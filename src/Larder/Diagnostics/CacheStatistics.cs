namespace Larder;

/// <summary>What a cache has done since it was made, as of one moment.</summary>
/// <remarks>
/// Counts are exact: no event is lost or counted twice, however many threads there are. Counts taken while the
/// cache is in use need not be of the same instant: an event that happens meanwhile may be in one and not yet in
/// another. Every look-up is exactly one of a hit, a stale hit or a miss.
/// </remarks>
public sealed record CacheStatistics
{
    /// <summary>Look-ups answered with a fresh value, from memory or store.</summary>
    public long Hits => MemoryHits + StoreTierHits;

    /// <summary>Of <see cref="Hits"/>, those that the process's memory answered.</summary>
    public long MemoryHits { get; init; }

    /// <summary>Of <see cref="Hits"/>, those that the store answered.</summary>
    public long StoreTierHits { get; init; }

    /// <summary>Look-ups answered with a stale value, because the factory failed or was slow.</summary>
    public long StaleHits { get; init; }

    /// <summary>Look-ups that neither memory nor store could answer: the caller's factory ran, or the caller waited for another's, or got nothing.</summary>
    public long Misses { get; init; }

    /// <summary>All look-ups: hits, stale hits and misses.</summary>
    public long Lookups => Hits + StaleHits + Misses;

    /// <summary>The share of look-ups answered without waiting for a factory's value: (hits + stale hits) / look-ups. 0 to 1; 0 when there were none.</summary>
    public double HitRatio => Lookups == 0 ? 0 : (double)(Hits + StaleHits) / Lookups;

    /// <summary>Entries written, by callers and by factories.</summary>
    public long Sets { get; init; }

    /// <summary>Entries that left memory because somebody removed them (<see cref="RemovalCause.Removed"/>).</summary>
    public long Removals { get; init; }

    /// <summary>Entries that left memory because a newer value took their place (<see cref="RemovalCause.Replaced"/>).</summary>
    public long Replacements { get; init; }

    /// <summary>Entries that left memory because their time to live and their grace had passed (<see cref="RemovalCause.Expired"/>).</summary>
    public long Expirations { get; init; }

    /// <summary>Entries that left memory to make room (<see cref="RemovalCause.Evicted"/>), and those refused because they were larger than the bound.</summary>
    public long Evictions { get; init; }

    /// <summary>Calls that removed many entries at once: by pattern, by tag, or by clearing.</summary>
    public long Invalidations { get; init; }

    /// <summary>How often a factory was started; a retry within one run is not counted again.</summary>
    public long FactoryCalls { get; init; }

    /// <summary>Factory runs that ended with an exception, after all their retries. Cancelled runs are not among them.</summary>
    public long FactoryFailures { get; init; }

    /// <summary>Factory runs that were cancelled because nobody waited for them any more.</summary>
    public long FactoryCancellations { get; init; }

    /// <summary>How long the factory runs that ended took together, in whatever way they ended.</summary>
    public TimeSpan FactoryTime { get; init; }

    /// <summary>Look-ups that waited for a factory run that another caller had started.</summary>
    public long FlightsJoined { get; init; }

    /// <summary>Factory runs started in the background by a hit, before the entry's time to live had passed.</summary>
    public long EagerRefreshes { get; init; }

    /// <summary>Look-ups answered with a stale value because the factory took longer than its soft timeout.</summary>
    public long SoftTimeouts { get; init; }

    /// <summary>Look-ups that failed because the factory took longer than its hard timeout.</summary>
    public long HardTimeouts { get; init; }

    /// <summary>Look-ups that found an entry of another type than the one asked for; each was a miss.</summary>
    public long TypeMismatches { get; init; }

    /// <summary>Calls to the store, reads and writes, whatever their outcome; one for a batch of keys.</summary>
    public long StoreCalls { get; init; }

    /// <summary>Calls to the store that failed or timed out.</summary>
    public long StoreFailures { get; init; }

    /// <summary>How long all calls to the store took together.</summary>
    public TimeSpan StoreTime { get; init; }

    /// <summary>Keys that the store was asked for and had.</summary>
    public long StoreHits { get; init; }

    /// <summary>Keys that the store was asked for and did not have.</summary>
    public long StoreMisses { get; init; }

    /// <summary>Stored entries that could not be used: damaged, foreign, too large, of another format or encrypted with an unknown key. Each was a miss.</summary>
    public long PayloadsRejected { get; init; }

    /// <summary>The store's name (<see cref="Stores.ICacheStore.Name"/>); <see langword="null"/> for a cache without one.</summary>
    public string? Store { get; init; }

    /// <summary>Whether the store's channel of changes is lost now: until it is back, what came from the store is asked for again before it is served.</summary>
    public bool CoherenceLost { get; init; }

    /// <summary>Whether the circuit is open now: the store failed too often in a row and is not asked for a while.</summary>
    public bool CircuitOpen { get; init; }

    /// <summary>How often the circuit opened.</summary>
    public long CircuitOpenings { get; init; }

    /// <summary>Writes and invalidations that could not reach the store and wait to be replayed, now.</summary>
    public long RecoveryPending { get; init; }

    /// <summary>Writes and invalidations that could not reach the store when they were made and were replayed later.</summary>
    public long RecoveryReplayed { get; init; }

    /// <summary>How often more writes failed than could be remembered, so that the whole store is cleared when it is back.</summary>
    public long RecoveryOverflows { get; init; }

    /// <summary>How often the store's channel of changes was lost, and with it the trust in what memory held.</summary>
    public long CoherenceLosses { get; init; }

    /// <summary>How often the snapshot file was saved.</summary>
    public long SnapshotsSaved { get; init; }

    /// <summary>How often saving or loading the snapshot file failed.</summary>
    public long SnapshotFailures { get; init; }

    /// <summary>How often somebody who watched the cache threw: a handler of <see cref="CacheEvents"/>, or the logger.</summary>
    public long ObserverFailures { get; init; }

    /// <summary>Entries in memory now, including expired ones that have not been reclaimed yet.</summary>
    public long Entries { get; init; }

    /// <summary>Bytes in memory now, as weighed for <see cref="CacheOptions.MaxBytes"/>; 0 when the cache has no such bound and does not weigh.</summary>
    public long Bytes { get; init; }
}
