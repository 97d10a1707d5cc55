namespace Larder;

/// <summary>A look-up was answered with a fresh value.</summary>
/// <param name="CacheName">The cache.</param>
/// <param name="Partition">Where the entry lives.</param>
/// <param name="Key">The entry's key.</param>
/// <param name="Tier">Which tier answered: <see cref="Tiers.Memory"/> or <see cref="Tiers.Store"/>.</param>
/// <param name="TimeToLive">How long the entry stays fresh; <see langword="null"/> when it does not expire.</param>
public sealed record HitEvent(string CacheName, EntryPartition Partition, string Key, Tiers Tier, TimeSpan? TimeToLive)
    : EntryEvent(CacheName, Partition, Key);

/// <summary>A look-up was answered with a stale value.</summary>
/// <param name="CacheName">The cache.</param>
/// <param name="Partition">Where the entry lives.</param>
/// <param name="Key">The entry's key.</param>
/// <param name="Reason">Why there was no fresh one.</param>
public sealed record StaleServedEvent(string CacheName, EntryPartition Partition, string Key, StaleReason Reason)
    : EntryEvent(CacheName, Partition, Key);

/// <summary>Neither memory nor store could answer a look-up.</summary>
/// <param name="CacheName">The cache.</param>
/// <param name="Partition">Where the entry would live.</param>
/// <param name="Key">The entry's key.</param>
public sealed record MissEvent(string CacheName, EntryPartition Partition, string Key)
    : EntryEvent(CacheName, Partition, Key);

/// <summary>An entry was written, by a caller or by a factory.</summary>
/// <param name="CacheName">The cache.</param>
/// <param name="Partition">Where the entry lives.</param>
/// <param name="Key">The entry's key.</param>
/// <param name="Tiers">The tiers that it was written to.</param>
/// <param name="TimeToLive">How long it is fresh; <see langword="null"/> when it does not expire.</param>
public sealed record SetEvent(string CacheName, EntryPartition Partition, string Key, Tiers Tiers, TimeSpan? TimeToLive)
    : EntryEvent(CacheName, Partition, Key);

/// <summary>An entry left the cache's memory.</summary>
/// <param name="CacheName">The cache.</param>
/// <param name="Partition">Where the entry lived.</param>
/// <param name="Key">The entry's key.</param>
/// <param name="Cause">Why it left.</param>
public sealed record RemovedEvent(string CacheName, EntryPartition Partition, string Key, RemovalCause Cause)
    : EntryEvent(CacheName, Partition, Key);

/// <summary>A factory failed, after all its retries.</summary>
/// <param name="CacheName">The cache.</param>
/// <param name="Partition">Where the entry would live.</param>
/// <param name="Key">The entry's key.</param>
/// <param name="Exception">What it threw.</param>
/// <param name="Hidden">Whether no caller sees the exception, because something stale was served or the factory ran in the background.</param>
public sealed record FactoryFailedEvent(string CacheName, EntryPartition Partition, string Key, Exception Exception, bool Hidden)
    : EntryEvent(CacheName, Partition, Key);

/// <summary>Why a stale value was served.</summary>
public enum StaleReason
{
    /// <summary>The factory failed just now.</summary>
    FactoryFailed,

    /// <summary>The factory took longer than its soft timeout.</summary>
    FactorySlow,

    /// <summary>The factory failed lately, and is not tried again until <see cref="EntryOptions.GraceThrottle"/> has passed.</summary>
    Throttled,
}
