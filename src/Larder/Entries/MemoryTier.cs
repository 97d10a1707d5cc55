using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Keys;
using Larder.Memory;
using Larder.Partitions;
using Larder.Time;

namespace Larder.Entries;

/// <summary>The memory tier of a cache: the engine, as <see cref="CacheCore"/> speaks to it.</summary>
internal sealed class MemoryTier
{
    // How many places one sweep looks at: a few milliseconds at most.
    private const int SweepBudget = 50_000;

    private readonly MemoryEngine<EntryKey, EntryKeySpan, CacheEntry> _engine;

    // The engine again, if it is the usual one: then a hit is one call with its arguments in registers.
    private readonly MemoryEngine<EntryKey, EntryKeySpan, CacheEntry, EntryKeyComparer, AdaptivePolicy, RemovalListener>? _direct;
    private readonly long _maxEntries;

    private readonly EntryWeigher? _weigher;
    private readonly MemoryNews _news;

    // Made for the first key to be known; of two that threads make at once, one is lost with its key.
    private KnownKeys? _known;

    // Only the maintenance timer's callback reads and writes these, and it does not overlap itself (Maintain).
    private long _sweptUpTo = 1;
    private long? _sweepingUpTo;
    private bool _sweepDoubts;

    public MemoryTier(CacheOptions options, Clock clock, CacheTelemetry telemetry, CacheEvents events)
    {
        _news = new MemoryNews(telemetry, events);
        _maxEntries = options.MaxEntries ?? long.MaxValue;
        bool weighs = options.MaxBytes is not null || options.Weigher is not null;
        _weigher = weighs ? new EntryWeigher(options.Weigher, _news.WeigherFailed) : null;
        _engine = BoundedCacheEngine.Create<EntryKey, EntryKeySpan, CacheEntry, EntryKeyComparer, RemovalListener>(
            new EngineOptions(clock, options.MaxEntries ?? long.MaxValue, options.MaxBytes, weighs),
            options.Eviction,
            default,
            new RemovalListener(_news));
        _direct = _engine as MemoryEngine<EntryKey, EntryKeySpan, CacheEntry, EntryKeyComparer, AdaptivePolicy, RemovalListener>;
    }

    /// <summary>Whether entries are weighed, and so whether their bytes can be bounded.</summary>
    public bool Weighs => _weigher is not null;

    public long Count => _engine.Count;

    public long Bytes => _engine.Bytes;

    /// <summary>Looks an entry up and notes that it was wanted, whatever its times say: those are the caller's to judge.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public CacheEntry? Find(Partition partition, ReadOnlySpan<char> key) =>
        _direct is not null && TryHit(_direct, new EntryKeySpan(partition, key), out CacheEntry? entry) ? entry : FindSlowly(partition, key);

    /// <inheritdoc cref="Find(Partition, ReadOnlySpan{char})"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public CacheEntry? Find(Partition partition, ReadOnlySpan<char> key, uint hash) =>
        _direct is not null && TryHit(_direct, new EntryKeySpan(partition, key, hash), out CacheEntry? entry) ? entry : FindSlowly(partition, key);

    /// <inheritdoc cref="Find(Partition, ReadOnlySpan{char})"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public CacheEntry? Find(Partition partition, NumberedKey key) =>
        _known is { } known
        && known.TryGet(key, partition.HashSeed, out string text, out uint hash)
        && _direct!.TryHit(new EntryKey(partition, text), default(SameEntryKeyComparer), hash, checkExpiry: false, out CacheEntry? entry) ? entry : FindUnknown(partition, key);

    /// <inheritdoc cref="Find(Partition, ReadOnlySpan{char})"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public CacheEntry? Find(Partition partition, CacheKey key) =>
        _direct is not null && TryHit(_direct, new EntryKeySpan(partition, key), out CacheEntry? entry) ? entry : FindSlowly(partition, key.Span);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryHit(MemoryEngine<EntryKey, EntryKeySpan, CacheEntry, EntryKeyComparer, AdaptivePolicy, RemovalListener> engine, EntryKeySpan lookup, out CacheEntry entry) =>
        engine.TryHit(lookup, lookup.Hash, checkExpiry: false, out entry);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private CacheEntry? FindUnknown(Partition partition, NumberedKey key)
    {
        CacheKey written = CacheKey.Write(key);
        CacheEntry? entry = Find(partition, written);
        if (entry is not null && _direct is not null && KnownKeys.IsDue && _direct.TryGetKey(new EntryKeySpan(partition, written), out EntryKey kept))
        {
            _known ??= new KnownKeys(_maxEntries);
            _known.Add(key, partition.HashSeed, kept.Key);
        }

        written.Release();
        return entry;
    }

    // A call of its own, that makes the look-up anew: what is passed in memory would have to be there for a hit too.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private CacheEntry? FindSlowly(Partition partition, ReadOnlySpan<char> key) =>
        _engine.TryGetUnchecked(new EntryKeySpan(partition, key), out CacheEntry? entry) ? entry : null;

    /// <summary>Looks an entry up and leaves no trace.</summary>
    public bool TryPeek(in EntryKey key, [NotNullWhen(true)] out CacheEntry? entry) =>
        _engine.TryPeek(new EntryKeySpan(key.Partition, key.Key), out entry!, out _);

    /// <summary>Keeps an entry until its grace has ended.</summary>
    /// <returns>Whether it was kept; one that is larger than the bound is not, and what was there before is gone.</returns>
    public bool Set(in EntryKey key, CacheEntry entry) => _engine.Set(key, entry, entry.ExpiresAt, _weigher?.Weigh(key, entry) ?? 0);

    public CacheEntry? Remove(in EntryKey key) => _engine.Remove(key, out CacheEntry entry) ? entry : null;

    /// <summary>Removes an entry unless another has taken its place.</summary>
    public void Remove(in EntryKey key, CacheEntry entry, RemovalCause cause) => _engine.TryRemove(key, entry, cause);

    /// <summary>Takes note of an entry's changed times.</summary>
    public void SetExpiry(in EntryKey key, CacheEntry entry) => _engine.SetExpiry(key, entry, entry.ExpiresAt);

    public IEnumerable<KeyValuePair<EntryKey, CacheEntry>> Entries() => Pairs(_engine.Entries());

    public IEnumerable<KeyValuePair<EntryKey, CacheEntry>> ColdestFirst() => Pairs(_engine.ColdestFirst());

    public void SetBounds(long? maxEntries, long? maxBytes) => _engine.SetBounds(maxEntries ?? long.MaxValue, maxBytes);

    public void ReclaimExpired() => _engine.ReclaimExpired();

    /// <summary>Removes some of the entries that clears have made invalid, and notes of the others that they are valid.</summary>
    /// <returns>When all of them have been looked at since: the epoch clock's time up to which each entry was found valid; nothing when one had to be left in doubt.</returns>
    public long? SweepCleared(EpochClock epochs)
    {
        if (_sweepingUpTo is null)
        {
            if (epochs.Now == _sweptUpTo)
                return null;
            _sweepingUpTo = epochs.Now;
            _sweepDoubts = false;
        }

        SweepResult result = _engine.Sweep(
            (Tier: this, epochs, UpTo: _sweepingUpTo.Value),
            static (sweep, key, entry) => sweep.Tier.IsCleared(key, entry, sweep.epochs, sweep.UpTo),
            SweepBudget);
        if (!result.Wrapped)
            return null;
        _sweptUpTo = _sweepingUpTo.Value;
        _sweepingUpTo = null;
        return _sweepDoubts ? null : _sweptUpTo;
    }

    /// <summary>Tells of the removals that happened under locks. Called outside of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FlushRemovals() => _news.Flush();

    private bool IsCleared(in EntryKey key, CacheEntry entry, EpochClock epochs, long upTo)
    {
        if (!key.Partition.IsValid(entry.ValidAt, entry.Tags))
            return true;

        // What has to be asked for again in the store must not look as if it had been.
        if (entry.IsStored && (!epochs.Trusts(entry.Stamp) || entry.IsUntold))
            _sweepDoubts = true;
        else
            entry.CheckedAt = Math.Max(entry.CheckedAt, upTo);
        return false;
    }

    private static IEnumerable<KeyValuePair<EntryKey, CacheEntry>> Pairs(IEnumerable<EngineEntry<EntryKey, CacheEntry>> entries) =>
        entries.Select(static entry => KeyValuePair.Create(entry.Key, entry.Value));

    private readonly struct RemovalListener(MemoryNews news) : IRemovalListener<EntryKey, CacheEntry>
    {
        public bool IsEnabled => true;

        public void OnRemoved(EntryKey key, CacheEntry value, RemovalCause cause) => news.Add(key, cause);
    }
}

/// <summary>
/// Removals, and failures of the weigher, on their way to whoever listens. The engine tells of them while the caller holds a
/// stripe; a handler of the user's may call the cache, and must not run there.
/// </summary>
internal sealed class MemoryNews(CacheTelemetry telemetry, CacheEvents events)
{
    private readonly ConcurrentQueue<(EntryKey Key, RemovalCause Cause, Exception? Failure)> _held = new();

    public void Add(in EntryKey key, RemovalCause cause)
    {
        if (telemetry.LogsDecisions || events.RemovedHandlers is not null)
            _held.Enqueue((key, cause, null));
        else
            telemetry.Removed(key.Partition, key.Key, cause);
    }

    public void WeigherFailed(EntryKey key, Exception error) => _held.Enqueue((key, default, error));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Flush()
    {
        if (!_held.IsEmpty)
            Tell();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Tell()
    {
        while (_held.TryDequeue(out (EntryKey Key, RemovalCause Cause, Exception? Failure) news))
        {
            if (news.Failure is { } error)
                telemetry.WeigherFailed(news.Key.Partition, news.Key.Key, error);
            else
                telemetry.Removed(news.Key.Partition, news.Key.Key, news.Cause);
        }
    }
}
