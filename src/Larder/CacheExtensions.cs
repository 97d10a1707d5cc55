namespace Larder;

/// <summary>The members of <see cref="ICache"/> for factories that return a <see cref="Task{TResult}"/>, or a <see cref="Dictionary{TKey, TValue}"/> in one, as most data access does.</summary>
/// <remarks>They are extensions so that an <c>async</c> lambda, which could be either, picks the member itself without a cast.</remarks>
public static class CacheExtensions
{
    /// <inheritdoc cref="ICache.GetOrSetAsync{T}(CacheKey, Func{CancellationToken, ValueTask{T}}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    public static ValueTask<T> GetOrSetAsync<T>(this ICache cache, CacheKey key, Func<CancellationToken, Task<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(factory);
        return cache.GetOrSetAsync(key, factory, static (factory, cancellationToken) => new ValueTask<T>(factory(cancellationToken)), ttl, options, cancellationToken);
    }

    /// <inheritdoc cref="ICache.GetOrSetAsync{TState, T}(CacheKey, TState, Func{TState, CancellationToken, ValueTask{T}}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    public static ValueTask<T> GetOrSetAsync<TState, T>(this ICache cache, CacheKey key, TState state, Func<TState, CancellationToken, Task<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(factory);
        return cache.GetOrSetAsync(
            key,
            (state, factory),
            static (call, cancellationToken) => new ValueTask<T>(call.factory(call.state, cancellationToken)),
            ttl,
            options,
            cancellationToken);
    }

    /// <inheritdoc cref="ICache.GetOrSetAsync{T}(CacheKey, Func{EntryContext, CancellationToken, ValueTask{T}}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    public static ValueTask<T> GetOrSetAsync<T>(this ICache cache, CacheKey key, Func<EntryContext, CancellationToken, Task<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(factory);
        return cache.GetOrSetAsync(key, factory, static (factory, entry, cancellationToken) => new ValueTask<T>(factory(entry, cancellationToken)), ttl, options, cancellationToken);
    }

    /// <inheritdoc cref="ICache.GetOrSetAsync{TState, T}(CacheKey, TState, Func{TState, EntryContext, CancellationToken, ValueTask{T}}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    public static ValueTask<T> GetOrSetAsync<TState, T>(this ICache cache, CacheKey key, TState state, Func<TState, EntryContext, CancellationToken, Task<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(factory);
        return cache.GetOrSetAsync(
            key,
            (state, factory),
            static (call, entry, cancellationToken) => new ValueTask<T>(call.factory(call.state, entry, cancellationToken)),
            ttl,
            options,
            cancellationToken);
    }

    /// <inheritdoc cref="ICache.GetOrSetManyAsync"/>
    public static ValueTask<IReadOnlyDictionary<string, T>> GetOrSetManyAsync<T>(this ICache cache, IEnumerable<string> keys, Func<IReadOnlyList<string>, CancellationToken, Task<IReadOnlyDictionary<string, T>>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(factory);
        return cache.GetOrSetManyAsync<T>(keys, (missing, token) => new ValueTask<IReadOnlyDictionary<string, T>>(factory(missing, token)), ttl, options, cancellationToken);
    }

    /// <inheritdoc cref="ICache.GetOrSetManyAsync"/>
    public static ValueTask<IReadOnlyDictionary<string, T>> GetOrSetManyAsync<T>(this ICache cache, IEnumerable<string> keys, Func<IReadOnlyList<string>, CancellationToken, Task<Dictionary<string, T>>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(factory);
        return cache.GetOrSetManyAsync<T>(keys, async (missing, token) => await factory(missing, token).ConfigureAwait(false), ttl, options, cancellationToken);
    }
}
