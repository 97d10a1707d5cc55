using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Entries;
using Larder.Memory;
using Larder.MemoryCaches;
using Larder.Time;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder;

/// <summary>Larder's memory as the framework's <see cref="IMemoryCache"/>.</summary>
/// <remarks>
/// <para>Entries live as their makers say, and for ever when they say nothing. Of <see cref="CacheOptions"/> the name,
/// bounds, eviction, weigher, time and logger count.</para>
/// <para>With <see cref="CacheOptions.MaxBytes"/> an entry's size counts in whatever unit its maker uses; one without a
/// size is weighed or estimated. An entry of <see cref="CacheItemPriority.NeverRemove"/> is never removed to make room, and does
/// not count against the bounds; between the other priorities the eviction policy makes no difference.</para>
/// <para>All members are safe for concurrent use.</para>
/// </remarks>
/// <seealso cref="LarderMemoryCacheExtensions.AsMemoryCache"/>
public sealed class LarderMemoryCache : IMemoryCache
{
    // A plain entry (a value, perhaps with an absolute end) is the value itself in the engine, so that a hit is one look-up
    // and one comparison. Whatever an entry has beyond that is in a WatchedEntry.
    //
    // Entries that must never be removed to make room are in an engine of their own without bounds. A key is in one of the
    // two: a write puts it into the one and then takes it out of the other, so that when two writes of different priority
    // meet, the key is in at most one of them afterwards.

    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromSeconds(1);

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

    /// <summary>Makes a cache.</summary>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names every one that is.</exception>
    public LarderMemoryCache(CacheOptions? options = null)
    {
        options ??= new CacheOptions();
        options.Validate();
        _clock = new Clock(options.TimeProvider);
        _logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Larder");
        _name = options.Name;
        _maxBytes = options.MaxBytes;
        _weigher = options.Weigher;
        _engine = Engine(options.MaxEntries ?? long.MaxValue, options.MaxBytes, options.Eviction);
        _direct = _engine as MemoryEngine<object, object, object?, ObjectKeyComparer, AdaptivePolicy, Listener>;
        _maintenance = options.TimeProvider.CreateTimer(static cache => ((LarderMemoryCache)cache!).Maintain(), this, MaintenanceInterval, MaintenanceInterval);
    }

    /// <summary>The number of entries, including those that have expired and were not taken away yet.</summary>
    public long Count => _engine.Count + (Volatile.Read(ref _pinned)?.Count ?? 0);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public bool TryGetValue(object key, out object? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_direct is not null ? _direct.TryGet(key, out value) : _engine.TryGet(key, out value))
            return value is not WatchedEntry watched || TryUse(_engine, watched, out value);
        return TryGetPinned(key, out value);
    }

    /// <inheritdoc/>
    public ICacheEntry CreateEntry(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ThrowIfDisposed();
        return new MemoryEntry(this, key);
    }

    /// <inheritdoc/>
    public void Remove(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ThrowIfDisposed();
        _engine.Remove(key, out _);
        Volatile.Read(ref _pinned)?.Remove(key, out _);
    }

    /// <summary>Removes everything, and tells whoever registered for it.</summary>
    public void Clear()
    {
        ThrowIfDisposed();
        _engine.Clear();
        Volatile.Read(ref _pinned)?.Clear();
    }

    /// <inheritdoc/>
    public MemoryCacheStatistics? GetCurrentStatistics()
    {
        MemoryEngine<object, object, object?>? pinned = Volatile.Read(ref _pinned);
        EngineStatistics counted = _engine.Statistics;
        long pinnedHits = pinned?.Statistics.Hits ?? 0;
        long lateMisses = Interlocked.Read(ref _lateMisses);
        return new MemoryCacheStatistics
        {
            CurrentEntryCount = Count,
            CurrentEstimatedSize = _maxBytes is null ? null : _engine.Bytes + (pinned?.Bytes ?? 0),
            TotalHits = counted.Hits + pinnedHits - lateMisses,
            // Whatever was looked for in the second engine was missed in the first.
            TotalMisses = counted.Misses - pinnedHits + lateMisses,
        };
    }

    /// <summary>Ends the cache: drops everything without telling, and refuses every call from here on.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _maintenance.Dispose();
        DropAll();
    }

    /// <summary>Keeps an entry that its maker has finished.</summary>
    internal void Commit(MemoryEntry entry)
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
        // Disposed meanwhile, perhaps before the entry was there to be dropped.
        if (_disposed)
            DropAll();
    }

    private void DropAll()
    {
        _engine.Clear();
        Volatile.Read(ref _pinned)?.Clear();
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

    // When the entry ends, whatever its use.
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
        if (_weigher is not null && entry.Key is string key)
        {
            try
            {
                return Math.Max(0, _weigher(key, entry.Value));
            }
            catch (Exception error)
            {
                // It must not cost the caller its value.
                LogMessages.MemoryCacheWeigherFailed(_logger, error, _name);
            }
        }

        return EntryWeigher.Estimate(entry.Value);
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

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);

    private readonly struct Listener(LarderMemoryCache cache) : IRemovalListener<object, object?>
    {
        public bool IsEnabled => cache._watches;

        public void OnRemoved(object key, object? value, RemovalCause cause)
        {
            if (value is not WatchedEntry watched)
                return;
            if (cache._disposed)
                watched.Drop();
            else
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
