using System.Runtime.InteropServices;
using Larder.Time;

namespace Larder.Memory;

/// <summary>
/// A bounded concurrent hash table with per-entry expiry: what <see cref="BoundedCache{TKey, TValue}"/> and the
/// memory tier are made of. This is its face; <see cref="MemoryEngine{TKey, TLookup, TValue, TComparer, TPolicy, TListener}"/> is the one implementation.
/// </summary>
/// <remarks>Times are milliseconds of the engine's <see cref="Clock"/>; <see cref="Clock.Never"/> does not expire.</remarks>
/// <typeparam name="TKey">What is stored.</typeparam>
/// <typeparam name="TLookup">In which form keys are looked up: <typeparamref name="TKey"/> itself, or a span.</typeparam>
/// <typeparam name="TValue">The values. <see langword="null"/> is one.</typeparam>
internal abstract unsafe class MemoryEngine<TKey, TLookup, TValue>
    where TKey : notnull
    where TLookup : allows ref struct
{
    // What hits read, and nobody writes but when the table grows or is cleared. It lies in front of all that writes
    // change, with a gap in between: otherwise every write would take the line from every reader's cache.
    private protected readonly Clock _clock;
    private protected readonly AccessCounters _accesses = new();

    // Copies of what the clock and the counters know: one load less each, for every hit.
    private protected readonly long* _glance;
    private protected readonly AccessCounters.Cell* _hitCells;
    private protected Table<TKey, TValue> _table;
    private protected readonly CacheLineGap _gap;

    private protected MemoryEngine(Clock clock, Table<TKey, TValue> table)
    {
        _clock = clock;
        _glance = clock.Glance;
        _hitCells = _accesses.HitCells;
        _table = table;
    }

    /// <summary>Entries held, expired ones that were not reclaimed yet included.</summary>
    public abstract long Count { get; }

    /// <summary>The sizes of all entries together; 0 unless sizes are tracked.</summary>
    public abstract long Bytes { get; }

    /// <summary>What <see cref="TryGet"/> and the evictions have counted.</summary>
    public abstract EngineStatistics Statistics { get; }

    /// <summary>Looks up an entry that has not expired. Counts a hit or a miss, and a hit's recency.</summary>
    public abstract bool TryGet(TLookup key, out TValue value);

    /// <summary>Looks up an entry whatever its expiry. Counts nothing, but the entry's recency.</summary>
    public abstract bool TryGetUnchecked(TLookup key, out TValue value);

    /// <summary>Looks up an entry whatever its expiry, and leaves no trace.</summary>
    public abstract bool TryPeek(TLookup key, out TValue value, out long expires);

    /// <summary>The key under which an entry is kept, whatever its expiry. Leaves no trace.</summary>
    public abstract bool TryGetKey(TLookup key, out TKey kept);

    /// <summary>Writes an entry, replacing what is there.</summary>
    /// <returns><see langword="false"/> when its size is above the bound: then what was there is gone, and the new one is reported as evicted.</returns>
    public abstract bool Set(TKey key, TValue value, long expires, long size);

    /// <summary>Writes an entry unless a fresh one is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to write.</param>
    /// <param name="expires">When it expires.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="existing">The value that is there.</param>
    /// <returns>Whether none was there; true also when the new one was too large to be kept.</returns>
    public abstract bool TryAdd(TKey key, TValue value, long expires, long size, out TValue existing);

    /// <summary>Writes an entry if the value there is fresh and <paramref name="expected"/>: the same reference, or equal for value types.</summary>
    public abstract bool TryUpdate(TKey key, TValue value, TValue expected, long expires, long size);

    /// <summary>Removes an entry. An expired one is removed too, but does not count as found.</summary>
    public abstract bool Remove(TKey key, out TValue value);

    /// <summary>Removes an entry if its value is <paramref name="expected"/>: the same reference, or equal for value types. An expired one is removed too, but does not count as found.</summary>
    public abstract bool TryRemove(TKey key, TValue expected, RemovalCause cause = RemovalCause.Removed);

    /// <summary>Changes when an entry expires, if its value is <paramref name="expected"/>: the same reference, or equal for value types.</summary>
    public abstract bool SetExpiry(TKey key, TValue expected, long expires);

    /// <summary>Changes when an entry expires, if it is fresh.</summary>
    public abstract bool SetExpiry(TKey key, long expires);

    /// <summary>Removes everything. An entry written by an operation that starts afterwards stays.</summary>
    public abstract void Clear();

    /// <summary>Removes every entry that has expired, in steps between which others get the gate.</summary>
    /// <returns>How many.</returns>
    public abstract int ReclaimExpired();

    /// <summary>Looks at the next <paramref name="budget"/> places, at most up to the end, and removes the entries that are chosen. One sweep at a time.</summary>
    /// <param name="state">Handed to <paramref name="choose"/>.</param>
    /// <param name="choose">Runs outside all locks.</param>
    /// <param name="budget">How many places to look at. 1 or more.</param>
    /// <returns>How many were removed, and whether the end was reached.</returns>
    public abstract SweepResult Sweep<TState>(TState state, Func<TState, TKey, TValue, bool> choose, int budget);

    /// <summary>Changes the bounds. When it returns they hold; entries above them are evicted in steps between which others get the gate.</summary>
    /// <param name="maxEntries">The most entries, 1 or more.</param>
    /// <param name="maxBytes">The most bytes, 1 or more; <see langword="null"/> for no bound. Means nothing for an engine that does not track sizes.</param>
    public abstract void SetBounds(long maxEntries, long? maxBytes);

    /// <summary>All entries, expired ones included, in no order: each that is there throughout is seen at least once.</summary>
    public abstract IEnumerable<EngineEntry<TKey, TValue>> Entries();

    /// <summary>All entries, expired ones included, from the one that would be evicted first to the one that would be last, as of the call.</summary>
    public abstract IEnumerable<EngineEntry<TKey, TValue>> ColdestFirst();
}

/// <summary>Keeps what comes before and after it in a class off each other's cache lines, adjacent-line prefetching included.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct CacheLineGap;

/// <summary>An entry as an enumeration saw it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EngineEntry<TKey, TValue>(TKey Key, TValue Value, long Expires);

/// <summary>What a sweep did.</summary>
/// <param name="Removed">Entries removed.</param>
/// <param name="Wrapped">Whether the end was reached, so that the next sweep starts over.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SweepResult(int Removed, bool Wrapped);

/// <summary>Counts since the engine was made.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EngineStatistics(long Hits, long Misses, long Evictions, long Expirations, long ListenerFailures);

/// <summary>The bounds of an engine. Validated by whoever makes one.</summary>
/// <param name="Clock">Where the time comes from.</param>
/// <param name="MaxEntries">The most entries, 1 or more.</param>
/// <param name="MaxBytes">The most bytes, 1 or more; <see langword="null"/> for no bound.</param>
/// <param name="TrackSizes">Whether sizes are remembered although there is no bound on them. 8 bytes an entry.</param>
internal sealed record EngineOptions(Clock Clock, long MaxEntries = long.MaxValue, long? MaxBytes = null, bool TrackSizes = false);
