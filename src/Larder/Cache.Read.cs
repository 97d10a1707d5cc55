using Larder.Entries;

namespace Larder;

/// <content>Reads that compute nothing.</content>
public sealed partial class Cache
{
    /// <inheritdoc/>
    public ValueTask<CacheResult<T>> TryGetAsync<T>(CacheKey key, EntryOptions? options = null, CancellationToken cancellationToken = default) =>
        TryHit(key, options, out T value)
            ? new ValueTask<CacheResult<T>>(new CacheResult<T>(value))
            : _core.TryGetAsync<T>(KeyOf(key), _core.PolicyOf(ttl: null, options), cancellationToken);

    /// <inheritdoc/>
    public bool TryGet<T>(CacheKey key, out T value, EntryOptions? options = null)
    {
        if (TryHit(key, options, out value))
            return true;
        CacheResult<T> result = Wait(_core.TryGetAsync<T>(KeyOf(key), _core.PolicyOf(ttl: null, options), CancellationToken.None));
        value = result.Found ? result.Value : default!;
        return result.Found;
    }

    /// <inheritdoc/>
    public ValueTask<T?> GetAsync<T>(CacheKey key, T? fallback = default, CancellationToken cancellationToken = default)
    {
        if (TryHit(key, options: null, out T value))
            return new ValueTask<T?>(value);
        return OrAsync(_core.TryGetAsync<T>(KeyOf(key), _core.Defaults, cancellationToken), fallback);

        static async ValueTask<T?> OrAsync(ValueTask<CacheResult<T>> pending, T? fallback) => (await pending.ConfigureAwait(false)).Or(fallback);
    }

    /// <inheritdoc/>
    public T? Get<T>(CacheKey key, T? fallback = default) => TryGet(key, out T value) ? value : fallback;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, T>> GetManyAsync<T>(IEnumerable<string> keys, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return _core.GetManyAsync<T>(_partition, keys, _core.PolicyOf(ttl: null, options), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, T>> GetOrSetManyAsync<T>(IEnumerable<string> keys, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(factory);
        return _core.GetOrSetManyAsync(_partition, keys, factory, _core.PolicyOf(ttl, options), cancellationToken);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, T> GetMany<T>(IEnumerable<string> keys, EntryOptions? options = null) => Wait(GetManyAsync<T>(keys, options));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, T> GetOrSetMany<T>(IEnumerable<string> keys, Func<IReadOnlyList<string>, CancellationToken, IReadOnlyDictionary<string, T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(factory);
        EntryPolicy policy = _core.PolicyOf(ttl, options);
        // As for one key: a factory that computes on the calling thread must not hold a caller who may stop waiting for it.
        return Wait(_core.GetOrSetManyAsync<T>(_partition, keys, Factory.MayStopWaiting(policy, cancellationToken) ? Offloaded : Directly, policy, cancellationToken));

        ValueTask<IReadOnlyDictionary<string, T>> Directly(IReadOnlyList<string> missing, CancellationToken token) => new(factory(missing, token));

        ValueTask<IReadOnlyDictionary<string, T>> Offloaded(IReadOnlyList<string> missing, CancellationToken token) => new(Task.Run(() => factory(missing, token), token));
    }

    /// <inheritdoc/>
    public ValueTask<bool> ContainsAsync(CacheKey key, CancellationToken cancellationToken = default)
    {
        return FoundAsync(_core.FindAsync(KeyOf(key), cancellationToken));

        static async ValueTask<bool> FoundAsync(ValueTask<CacheEntry?> pending) => await pending.ConfigureAwait(false) is not null;
    }

    /// <inheritdoc/>
    public bool Contains(CacheKey key) => Wait(ContainsAsync(key));
}
