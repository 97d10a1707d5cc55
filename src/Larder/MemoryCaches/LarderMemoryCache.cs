using System.Runtime.CompilerServices;
using Larder.Entries;
using Larder.Memory;
using Larder.Time;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.MemoryCaches;

/// <summary>Larder's memory engine as the framework's <see cref="IMemoryCache"/>.</summary>
/// <remarks>
/// <para>A plain entry (a value, perhaps with an absolute end) is the value itself in the engine, so that a hit is one
/// look-up and one comparison. Whatever an entry has beyond that is in a <see cref="WatchedEntry"/>.</para>
/// <para>Entries that must never be removed to make room are in an engine of their own without bounds. A key is in one
/// of the two: a write puts it into the one and then takes it out of the other, so that when two writes of different
/// priority meet, the key is in at most one of them afterwards.</para>
/// </remarks>
internal sealed class LarderMemoryCache : IMemoryCache
{
    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CoarseTtl = TimeSpan.FromSeconds(1);

    private readonly MemoryEngine<object, object, object?> _engine;

    // The engine again, if it is the usual one: then a hit is no virtual call.
    private readonly MemoryEngine<object, object, object?, ObjectKeyComparer, AdaptivePolicy, Listener>? _direct;
    private readonly Clock _clock;
    private readonly ILogger _logger;
    private readonly string _name;
    private readonly long? _maxBytes;
    private readonly Func<string, object?, long>? _weigher;
    private readonly ITimer _maintenance;
    private readonly Lock _pinning = new();
    private MemoryEngine<object, object, object?>? _pinned;
    private long _lateMisses;
    private int _maintaining;
    private volatile bool _watches;
    private volatile bool _disposed;

    /// <param name="options">Name, bounds, eviction, weigher, time and logger; validated by whoever made them. The rest does not concern memory.</param>
    public LarderMemoryCache(CacheOptions options)
    {
        _clock = new Clock(options.TimeProvider);
        _logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Larder");
        _name = options.Name;
        _maxBytes = options.MaxBytes;
        _weigher = options.Weigher;
        _engine = Engine(options.MaxEntries ?? long.MaxValue, options.MaxBytes, options.Eviction);
        _direct = _engine as MemoryEngine<object, object, object?, ObjectKeyComparer, AdaptivePolicy, Listener>;
        _maintenance = options.TimeProvider.CreateTimer(static cache => ((LarderMemoryCache)cache!).Maintain(), this, MaintenanceInterval, MaintenanceInterval);
    }

    [SkipLocalsInit]
    public bool TryGetValue(object key, out object? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_direct is not null ? _direct.TryGet(key, out value) : _engine.TryGet(key, out value))
            return value is not WatchedEntry watched || TryUse(_engine, watched, out value);
        return TryGetPinned(key, out value);
    }

    public ICacheEntry CreateEntry(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ThrowIfDisposed();
        return new MemoryEntry(this, key);
    }

    public void Remove(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ThrowIfDisposed();
        _engine.Remove(key, out _);
        Volatile.Read(ref _pinned)?.Remove(key, out _);
    }

    public MemoryCacheStatistics? GetCurrentStatistics()
    {
        MemoryEngine<object, object, object?>? pinned = Volatile.Read(ref _pinned);
        EngineStatistics counted = _engine.Statistics;
        long pinnedHits = pinned?.Statistics.Hits ?? 0;
        long lateMisses = Interlocked.Read(ref _lateMisses);
        return new MemoryCacheStatistics
        {
            CurrentEntryCount = _engine.Count + (pinned?.Count ?? 0),
            CurrentEstimatedSize = _maxBytes is null ? null : _engine.Bytes + (pinned?.Bytes ?? 0),
            TotalHits = counted.Hits + pinnedHits - lateMisses,
            // Whatever was looked for in the second engine was missed in the first.
            TotalMisses = counted.Misses - pinnedHits + lateMisses,
        };
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _maintenance.Dispose();
        _engine.Clear();
        _pinned?.Clear();
    }

    /// <summary>Keeps an entry that its maker has finished.</summary>
    public void Commit(MemoryEntry entry)
    {
        ThrowIfDisposed();
        long now = _clock.Exact;
        long limit = End(entry, now);
        WatchedEntry? watched = null;
        long expires = limit;
        if (entry.IsWatched)
        {
            _watches = true;
            watched = new WatchedEntry(entry.Key, entry.Value, entry, limit);
            if (watched.SlidingMilliseconds > 0)
                expires = watched.Expires = Math.Min(limit, Clock.After(now, TimeSpan.FromMilliseconds(watched.SlidingMilliseconds)));
        }

        bool changed = watched?.HasChanged == true;
        if (changed || expires <= now)
        {
            // Over before it began. What was there before is replaced all the same.
            Replace(_engine, entry.Key);
            Replace(Volatile.Read(ref _pinned), entry.Key);
            watched?.Leave(changed ? EvictionReason.TokenExpired : EvictionReason.Expired, _logger, _name);
            return;
        }

        Keep(entry, watched is null ? entry.Value : watched, expires);
        watched?.Watch(EndByToken);
    }

    private void Keep(MemoryEntry entry, object? kept, long expires)
    {
        if (entry.Priority == CacheItemPriority.NeverRemove)
        {
            Pinned().Set(entry.Key, kept, expires, entry.Size ?? 0);
            Replace(_engine, entry.Key);
            return;
        }

        _engine.Set(entry.Key, kept, expires, SizeOf(entry));
        Replace(Volatile.Read(ref _pinned), entry.Key);
    }

    private MemoryEngine<object, object, object?> Pinned()
    {
        lock (_pinning)
        {
            if (_pinned is null)
                Volatile.Write(ref _pinned, Engine(long.MaxValue, maxBytes: null, EvictionPolicy.Adaptive));
            return _pinned!;
        }
    }

    private MemoryEngine<object, object, object?> Engine(long maxEntries, long? maxBytes, EvictionPolicy eviction) =>
        BoundedCacheEngine.Create<object, object, object?, ObjectKeyComparer, Listener>(
            new EngineOptions(_clock, maxEntries, maxBytes, TrackSizes: _maxBytes is not null), eviction, default, new Listener(this));

    // When the entry ends whatever its use. From a second up the step of the coarse clock does not matter; here the exact
    // time was needed anyway.
    private long End(MemoryEntry entry, long now)
    {
        long end = entry.AbsoluteExpirationRelativeToNow is { } relative ? Clock.After(now, relative) : Clock.Never;
        if (entry.AbsoluteExpiration is not { } absolute)
            return end;
        TimeSpan left = absolute - _clock.UtcNow;
        return left <= TimeSpan.Zero ? now : Math.Min(end, Clock.After(now, left));
    }

    private long SizeOf(MemoryEntry entry)
    {
        if (_maxBytes is null)
            return 0;
        if (entry.Size is { } said)
            return said;
        return _weigher is not null && entry.Key is string key ? Math.Max(0, _weigher(key, entry.Value)) : EntryWeigher.Estimate(entry.Value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetPinned(object key, out object? value)
    {
        ThrowIfDisposed();
        if (Volatile.Read(ref _pinned) is { } pinned && pinned.TryGet(key, out value))
            return value is not WatchedEntry watched || TryUse(pinned, watched, out value);
        value = null;
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryUse(MemoryEngine<object, object, object?> engine, WatchedEntry watched, out object? value)
    {
        if (watched.HasChanged)
        {
            EndByToken(watched);
            Interlocked.Increment(ref _lateMisses);
            value = null;
            return false;
        }

        if (watched.SlidingMilliseconds > 0 && watched.ExpiresAfterUse(_clock.Exact) is var expires && expires != watched.Expires)
        {
            watched.Expires = expires;
            engine.SetExpiry(watched.Key, watched, expires);
        }

        value = watched.Value;
        return true;
    }

    private void EndByToken(WatchedEntry watched)
    {
        watched.GoesBecause(EvictionReason.TokenExpired);
        if (!_engine.TryRemove(watched.Key, watched))
            Volatile.Read(ref _pinned)?.TryRemove(watched.Key, watched);
    }

    private static void Replace(MemoryEngine<object, object, object?>? engine, object key)
    {
        if (engine is not null && engine.TryPeek(key, out object? there, out _))
            engine.TryRemove(key, there, RemovalCause.Replaced);
    }

    private void Maintain()
    {
        // A timer may fire while its last callback still runs.
        if (Interlocked.Exchange(ref _maintaining, 1) == 1)
            return;
        _engine.ReclaimExpired();
        Volatile.Read(ref _pinned)?.ReclaimExpired();
        Volatile.Write(ref _maintaining, 0);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, typeof(IMemoryCache));

    private readonly struct Listener(LarderMemoryCache cache) : IRemovalListener<object, object?>
    {
        public bool IsEnabled => cache._watches && !cache._disposed;

        public void OnRemoved(object key, object? value, RemovalCause cause)
        {
            if (value is WatchedEntry watched)
                watched.Leave(ReasonOf(cause), cache._logger, cache._name);
        }

        private static EvictionReason ReasonOf(RemovalCause cause) => cause switch
        {
            RemovalCause.Removed => EvictionReason.Removed,
            RemovalCause.Replaced => EvictionReason.Replaced,
            RemovalCause.Expired => EvictionReason.Expired,
            _ => EvictionReason.Capacity,
        };
    }
}
