namespace Larder;

/// <summary>The members of <see cref="ICache"/> for factories that return a <see cref="Task{TResult}"/>, as most data access does.</summary>
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
}
