using Larder.Memoize;

namespace Larder;

/// <content>Functions that return a <see cref="ValueTask{TResult}"/>.</content>
public static partial class CacheMemoizeExtensions
{
    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<ValueTask<TResult>> Memoize<TResult>(this ICache cache, Func<ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments, TResult>(cache, function, new(name, ttl, options), (_, _) => function());
        return () => memoized.InvokeAsync(default, CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, ValueTask<TResult>> Memoize<T1, TResult>(this ICache cache, Func<T1, ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1>, TResult>(cache, function, new(name, ttl, options), (a, _) => function(a.First));
        return first => memoized.InvokeAsync(new Arguments<T1>(first), CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, ValueTask<TResult>> Memoize<T1, T2, TResult>(this ICache cache, Func<T1, T2, ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2>, TResult>(cache, function, new(name, ttl, options), (a, _) => function(a.First, a.Second));
        return (first, second) => memoized.InvokeAsync(new Arguments<T1, T2>(first, second), CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, T3, ValueTask<TResult>> Memoize<T1, T2, T3, TResult>(this ICache cache, Func<T1, T2, T3, ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3>, TResult>(cache, function, new(name, ttl, options), (a, _) => function(a.First, a.Second, a.Third));
        return (first, second, third) => memoized.InvokeAsync(new Arguments<T1, T2, T3>(first, second, third), CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, T3, T4, ValueTask<TResult>> Memoize<T1, T2, T3, T4, TResult>(this ICache cache, Func<T1, T2, T3, T4, ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3, T4>, TResult>(cache, function, new(name, ttl, options), (a, _) => function(a.First, a.Second, a.Third, a.Fourth));
        return (first, second, third, fourth) => memoized.InvokeAsync(new Arguments<T1, T2, T3, T4>(first, second, third, fourth), CancellationToken.None);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<CancellationToken, ValueTask<TResult>> Memoize<TResult>(this ICache cache, Func<CancellationToken, ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments, TResult>(cache, function, new(name, ttl, options), (_, token) => function(token));
        return token => memoized.InvokeAsync(default, token);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, CancellationToken, ValueTask<TResult>> Memoize<T1, TResult>(this ICache cache, Func<T1, CancellationToken, ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1>, TResult>(cache, function, new(name, ttl, options), (a, token) => function(a.First, token));
        return (first, token) => memoized.InvokeAsync(new Arguments<T1>(first), token);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, CancellationToken, ValueTask<TResult>> Memoize<T1, T2, TResult>(this ICache cache, Func<T1, T2, CancellationToken, ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2>, TResult>(cache, function, new(name, ttl, options), (a, token) => function(a.First, a.Second, token));
        return (first, second, token) => memoized.InvokeAsync(new Arguments<T1, T2>(first, second), token);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, T3, CancellationToken, ValueTask<TResult>> Memoize<T1, T2, T3, TResult>(this ICache cache, Func<T1, T2, T3, CancellationToken, ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3>, TResult>(cache, function, new(name, ttl, options), (a, token) => function(a.First, a.Second, a.Third, token));
        return (first, second, third, token) => memoized.InvokeAsync(new Arguments<T1, T2, T3>(first, second, third), token);
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    public static Func<T1, T2, T3, T4, CancellationToken, ValueTask<TResult>> Memoize<T1, T2, T3, T4, TResult>(this ICache cache, Func<T1, T2, T3, T4, CancellationToken, ValueTask<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3, T4>, TResult>(cache, function, new(name, ttl, options), (a, token) => function(a.First, a.Second, a.Third, a.Fourth, token));
        return (first, second, third, fourth, token) => memoized.InvokeAsync(new Arguments<T1, T2, T3, T4>(first, second, third, fourth), token);
    }
}
