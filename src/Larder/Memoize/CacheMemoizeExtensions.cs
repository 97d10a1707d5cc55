using Larder.Memoize;

namespace Larder;

/// <summary>Makes caching functions of functions.</summary>
/// <remarks>
/// <para>The key is the function and its arguments, each by <see cref="CacheKeyWriter.Append{T}"/>; docs/keys.md says
/// how each type is written. A <see cref="CancellationToken"/> as last parameter is passed on and is never part of the key.</para>
/// <para><b>Nothing else is part of the key</b>: not what a lambda captured, not the object whose method it is. Two
/// clients with different addresses that share one cache would get each other's answers: give each a
/// <c>name</c> or a collection of its own, or make the difference an argument.</para>
/// <para>A hit allocates nothing but what the returned delegate's own type demands (a <see cref="Task{TResult}"/>).
/// Arguments of the usual simple types are not boxed.</para>
/// </remarks>
public static partial class CacheMemoizeExtensions
{
    /// <summary>Wraps a function, so that its results are cached: a call with the same arguments is made once.</summary>
    /// <param name="cache">Where the results are kept: a cache, a collection's handle or a scope's. Only the handle chooses the partition.</param>
    /// <param name="function">The function. Its result must depend on its arguments alone.</param>
    /// <param name="name">
    /// What the keys begin with: a name that belongs to this function alone. Without one, a method is known by its type,
    /// name and signature, and a lambda or local function by its delegate: its results stay in this process's memory.
    /// </param>
    /// <param name="ttl">How long a result is fresh; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to treat the entries; what it leaves open follows the cache's defaults.</param>
    /// <returns>A delegate of the same shape. It throws <see cref="ArgumentException"/> for an argument that cannot be part of a key.</returns>
    /// <exception cref="ArgumentException">The function has nothing to cache, takes a token before its last parameter, or is several in one delegate.</exception>
    public static Func<TResult> Memoize<TResult>(this ICache cache, Func<TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments, TResult>(cache, function, new(name, ttl, options), (_, _) => function());
        return () => memoized.Invoke(default, CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, TResult> Memoize<T1, TResult>(this ICache cache, Func<T1, TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1>, TResult>(cache, function, new(name, ttl, options), (a, _) => function(a.First));
        return first => memoized.Invoke(new Arguments<T1>(first), CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, TResult> Memoize<T1, T2, TResult>(this ICache cache, Func<T1, T2, TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2>, TResult>(cache, function, new(name, ttl, options), (a, _) => function(a.First, a.Second));
        return (first, second) => memoized.Invoke(new Arguments<T1, T2>(first, second), CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, T3, TResult> Memoize<T1, T2, T3, TResult>(this ICache cache, Func<T1, T2, T3, TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3>, TResult>(cache, function, new(name, ttl, options), (a, _) => function(a.First, a.Second, a.Third));
        return (first, second, third) => memoized.Invoke(new Arguments<T1, T2, T3>(first, second, third), CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, T3, T4, TResult> Memoize<T1, T2, T3, T4, TResult>(this ICache cache, Func<T1, T2, T3, T4, TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3, T4>, TResult>(cache, function, new(name, ttl, options), (a, _) => function(a.First, a.Second, a.Third, a.Fourth));
        return (first, second, third, fourth) => memoized.Invoke(new Arguments<T1, T2, T3, T4>(first, second, third, fourth), CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<CancellationToken, TResult> Memoize<TResult>(this ICache cache, Func<CancellationToken, TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments, TResult>(cache, function, new(name, ttl, options), (_, token) => function(token));
        return token => memoized.Invoke(default, token);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, CancellationToken, TResult> Memoize<T1, TResult>(this ICache cache, Func<T1, CancellationToken, TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1>, TResult>(cache, function, new(name, ttl, options), (a, token) => function(a.First, token));
        return (first, token) => memoized.Invoke(new Arguments<T1>(first), token);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, CancellationToken, TResult> Memoize<T1, T2, TResult>(this ICache cache, Func<T1, T2, CancellationToken, TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2>, TResult>(cache, function, new(name, ttl, options), (a, token) => function(a.First, a.Second, token));
        return (first, second, token) => memoized.Invoke(new Arguments<T1, T2>(first, second), token);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, T3, CancellationToken, TResult> Memoize<T1, T2, T3, TResult>(this ICache cache, Func<T1, T2, T3, CancellationToken, TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3>, TResult>(cache, function, new(name, ttl, options), (a, token) => function(a.First, a.Second, a.Third, token));
        return (first, second, third, token) => memoized.Invoke(new Arguments<T1, T2, T3>(first, second, third), token);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, T3, T4, CancellationToken, TResult> Memoize<T1, T2, T3, T4, TResult>(this ICache cache, Func<T1, T2, T3, T4, CancellationToken, TResult> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3, T4>, TResult>(cache, function, new(name, ttl, options), (a, token) => function(a.First, a.Second, a.Third, a.Fourth, token));
        return (first, second, third, fourth, token) => memoized.Invoke(new Arguments<T1, T2, T3, T4>(first, second, third, fourth), token);
    }
}
