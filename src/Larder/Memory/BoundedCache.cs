using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Memory;
using Larder.Time;

namespace Larder;

/// <summary>
/// A concurrent dictionary with a bound and a time to live for each entry. A hit takes no lock and allocates
/// nothing; with <see cref="EvictionPolicy.Lru"/> it takes one.
/// </summary>
/// <remarks>
/// <para>Every operation on one key is linearizable. The bounds hold at every moment. <see langword="null"/> is a value like any other.</para>
/// <para>No thread or timer works for the cache. Expired entries are never returned; they are taken away by whoever
/// finds them, by each write in small steps, and by <see cref="ReclaimExpired"/>.</para>
/// <para>Time advances in steps of about ten milliseconds, and what the scheduler adds: an entry may be served for one step
/// longer than it lives, and, if it lives for a second or more, one step less. With another time provider there are no
/// steps. A time to live is rounded up to milliseconds, of which the first may have begun already.</para>
/// <para>The engine and its algorithms are described in docs/memory-engine.md.</para>
/// </remarks>
/// <typeparam name="TKey">The keys.</typeparam>
/// <typeparam name="TValue">The values, shared by reference.</typeparam>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "A cache is the field's word for it.")]
public sealed class BoundedCache<TKey, TValue> : IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    private static readonly TimeSpan CoarseTtl = TimeSpan.FromSeconds(1);

    private readonly MemoryEngine<TKey, TKey, TValue> _engine;

    // The engine again, if it is the usual one for keys of value types: called directly instead of by its virtual face.
    private readonly MemoryEngine<TKey, TKey, TValue, DefaultKeyComparer<TKey>, AdaptivePolicy, DelegateListener<TKey, TValue>>? _direct;

    private readonly Clock _clock;
    private readonly TimeSpan _defaultTtl;
    private readonly Func<TKey, TValue, long>? _weigher;

    /// <summary>Makes a cache with a bound on its entries.</summary>
    /// <param name="maxEntries">The most entries: 1 or more.</param>
    /// <param name="defaultTtl">How long an entry lives that does not say otherwise: positive, or <see langword="null"/> for ever.</param>
    /// <exception cref="ArgumentException">A parameter is out of its range.</exception>
    public BoundedCache(long maxEntries, TimeSpan? defaultTtl = null)
        : this(new BoundedCacheOptions<TKey, TValue> { MaxEntries = maxEntries, DefaultTtl = defaultTtl ?? Timeout.InfiniteTimeSpan })
    {
    }

    /// <summary>Makes a cache.</summary>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it and its value.</exception>
    public BoundedCache(BoundedCacheOptions<TKey, TValue> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _clock = new Clock(options.TimeProvider);
        _defaultTtl = options.DefaultTtl;
        _weigher = options.Weigher;
        _engine = BoundedCacheEngine.Create(options, _clock);
        _direct = _engine as MemoryEngine<TKey, TKey, TValue, DefaultKeyComparer<TKey>, AdaptivePolicy, DelegateListener<TKey, TValue>>;
    }

    /// <summary>The number of entries, including those that have expired and were not taken away yet.</summary>
    public long Count => _engine.Count;

    /// <summary>The entries' sizes together, as the weigher told them; 0 without one.</summary>
    public long Bytes => _engine.Bytes;

    /// <summary>What the cache has done so far.</summary>
    public BoundedCacheStatistics Statistics
    {
        get
        {
            EngineStatistics statistics = _engine.Statistics;
            return new BoundedCacheStatistics
            {
                Hits = statistics.Hits,
                Misses = statistics.Misses,
                Evictions = statistics.Evictions,
                Expirations = statistics.Expirations,
                CallbackFailures = statistics.ListenerFailures,
            };
        }
    }

    /// <summary>Looks up a fresh entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, if there is one.</param>
    /// <returns>Whether there is one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        ThrowIfNull(key);
        if (_direct is not null)
            return _direct.TryGet(key, out value);
        value = GetByFace(key, out bool found);
        return found;
    }

    /// <summary>Writes an entry with the default time to live, replacing what is there.</summary>
    /// <returns><see langword="false"/> when the value is larger than the bound: then the key has no entry afterwards, and the value was reported as evicted.</returns>
    public bool Set(TKey key, TValue value) => Set(key, value, _defaultTtl);

    /// <summary>Writes an entry, replacing what is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="ttl">How long it lives: positive, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <returns><see langword="false"/> when the value is larger than the bound: then the key has no entry afterwards, and the value was reported as evicted.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ttl"/> is out of its range. So for every method that takes one.</exception>
    /// <exception cref="InvalidOperationException">The weigher returned less than 0. This, and what a weigher throws, leaves the cache as it was; so for every method that writes.</exception>
    public bool Set(TKey key, TValue value, TimeSpan ttl)
    {
        ThrowIfNull(key);
        return _engine.Set(key, value, Expiry(ttl), Weigh(key, value));
    }

    /// <summary>Returns the fresh entry, or makes one with the default time to live.</summary>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> factory) => GetOrAdd(key, factory, _defaultTtl);

    /// <summary>Returns the fresh entry, or makes one.</summary>
    /// <remarks>
    /// Threads that miss at the same time may each run their factory; the first to finish wins, and all return its
    /// value. <see cref="ICache"/> runs one factory a key.
    /// </remarks>
    /// <param name="key">The key.</param>
    /// <param name="factory">Makes the value, outside all locks.</param>
    /// <param name="ttl">How long it lives: positive, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> factory, TimeSpan ttl)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (TryGet(key, out TValue? found))
            return found;
        ThrowIfNotPositive(ttl);
        TValue made = factory(key);
        return _engine.TryAdd(key, made, Expiry(ttl), Weigh(key, made), out TValue existing) ? made : existing;
    }

    /// <summary>Returns the fresh entry, or makes one with the default time to live; the argument spares the factory a closure.</summary>
    public TValue GetOrAdd<TArgument>(TKey key, Func<TKey, TArgument, TValue> factory, TArgument argument)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (TryGet(key, out TValue? found))
            return found;
        TValue made = factory(key, argument);
        return _engine.TryAdd(key, made, Expiry(_defaultTtl), Weigh(key, made), out TValue existing) ? made : existing;
    }

    /// <summary>Writes an entry unless a fresh one is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="ttl">How long it lives: positive, or <see cref="Timeout.InfiniteTimeSpan"/>; <see langword="null"/> for the default.</param>
    /// <returns>Whether none was there; then the value was written, or reported as evicted because it is larger than the bound.</returns>
    public bool TryAdd(TKey key, TValue value, TimeSpan? ttl = null)
    {
        ThrowIfNull(key);
        return _engine.TryAdd(key, value, Expiry(ttl ?? _defaultTtl), Weigh(key, value), out _);
    }

    /// <summary>Replaces a fresh entry's value if it is still the expected one: the same reference, or equal for value types.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value.</param>
    /// <param name="expected">The value that must be there.</param>
    /// <param name="ttl">How long it lives: positive, or <see cref="Timeout.InfiniteTimeSpan"/>; <see langword="null"/> for the default.</param>
    /// <returns>Whether it was there; then the new one took its place, or, being larger than the bound, left the key without an entry and was reported as evicted.</returns>
    public bool TryUpdate(TKey key, TValue value, TValue expected, TimeSpan? ttl = null)
    {
        ThrowIfNull(key);
        return _engine.TryUpdate(key, value, expected, Expiry(ttl ?? _defaultTtl), Weigh(key, value));
    }

    /// <summary>Removes an entry.</summary>
    /// <returns>Whether there was a fresh one.</returns>
    public bool Remove(TKey key) => Remove(key, out _);

    /// <summary>Removes an entry and returns its value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value that was removed, if a fresh one was there.</param>
    /// <returns>Whether there was a fresh one.</returns>
    public bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        ThrowIfNull(key);
        return _engine.Remove(key, out value);
    }

    /// <summary>Removes an entry if its value is still the given one: the same reference, or equal for value types.</summary>
    /// <returns>Whether it was there, and fresh.</returns>
    public bool TryRemove(KeyValuePair<TKey, TValue> entry)
    {
        ThrowIfNull(entry.Key);
        return _engine.TryRemove(entry.Key, entry.Value);
    }

    /// <summary>Whether there is a fresh entry. Counts neither as a look-up nor as a use.</summary>
    public bool Contains(TKey key) => Peek(key, out _);

    /// <summary>How long an entry still lives. Counts neither as a look-up nor as a use.</summary>
    public TimeToLive GetTimeToLive(TKey key) =>
        Peek(key, out long expires) ? new TimeToLive(true, Remaining(expires)) : TimeToLive.Missing;

    /// <summary>Lets a fresh entry live for <paramref name="ttl"/> from now on.</summary>
    /// <param name="key">The key.</param>
    /// <param name="ttl">How long: positive, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <returns>Whether there is one.</returns>
    public bool SetTimeToLive(TKey key, TimeSpan ttl)
    {
        ThrowIfNull(key);
        return _engine.SetExpiry(key, Expiry(ttl));
    }

    /// <summary>Removes everything.</summary>
    public void Clear() => _engine.Clear();

    /// <summary>Takes away every entry that has expired. Not needed for correctness: frees their memory sooner where nobody writes.</summary>
    /// <returns>How many.</returns>
    public int ReclaimExpired() => _engine.ReclaimExpired();

    /// <summary>All fresh entries, in no order. What is there throughout is seen; changes made meanwhile may or may not be, and a key that is removed and written again meanwhile may be seen twice.</summary>
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()
    {
        foreach (EngineEntry<TKey, TValue> entry in _engine.Entries())
        {
            if (IsFresh(entry.Expires))
                yield return new(entry.Key, entry.Value);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // The value is returned and not written, so that the caller can keep it in a register on both ways.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TValue GetByFace(TKey key, out bool found)
    {
        found = _engine.TryGet(key, out TValue value);
        return value;
    }

    private bool Peek(TKey key, out long expires)
    {
        ThrowIfNull(key);
        long expired = Clock.Never;
        while (_engine.TryPeek(key, out _, out expires))
        {
            if (IsFresh(expires))
                return true;
            // Before the clock was looked at, another entry may have taken its place. The same one, seen afterwards, has expired.
            if (expires == expired)
                return false;
            expired = expires;
        }

        return false;
    }

    private TimeSpan? Remaining(long expires)
    {
        TimeSpan? left = _clock.Until(expires);
        // An entry that is still served by the coarse time may be over by the exact one.
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    private bool IsFresh(long expires) => expires == Clock.Never || expires > _clock.Now;

    private long Expiry(TimeSpan ttl)
    {
        if (ttl == Timeout.InfiniteTimeSpan)
            return Clock.Never;
        ThrowIfNotPositive(ttl);
        // Asking the operating system for the time costs as much as the rest of a write. From a second up, the
        // coarse clock's step is at most a hundredth of the TTL.
        return Clock.After(ttl < CoarseTtl ? _clock.Exact : _clock.Now, ttl);
    }

    private long Weigh(TKey key, TValue value)
    {
        if (_weigher is null)
            return 0;
        long size = _weigher(key, value);
        if (size < 0)
            throw new InvalidOperationException($"BoundedCacheOptions.Weigher returned {size}: a size is 0 or more.");
        return size;
    }

    private static void ThrowIfNotPositive(TimeSpan ttl)
    {
        if (ttl <= TimeSpan.Zero && ttl != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(ttl), ttl, "A time to live is positive, or Timeout.InfiniteTimeSpan.");
    }

    // ArgumentNullException.ThrowIfNull takes an object, and so would a bare null check: unoptimized code would box every key.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ThrowIfNull(TKey key)
    {
        if (!typeof(TKey).IsValueType && key is null)
            throw new ArgumentNullException(nameof(key));
    }
}
