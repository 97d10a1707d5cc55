using System.Runtime.CompilerServices;
using Larder.Memoize;

namespace Larder;

/// <content>Functions that return a <see cref="Task{TResult}"/>; the first choice for an <c>async</c> lambda.</content>
public static partial class CacheMemoizeExtensions
{
    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<Task<TResult>> Memoize<TResult>(this ICache cache, Func<Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments, TResult>(cache, function, new(name, ttl, options), (_, _) => new ValueTask<TResult>(function()));
        return () => memoized.InvokeAsync(default, CancellationToken.None).AsTask();
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<T1, Task<TResult>> Memoize<T1, TResult>(this ICache cache, Func<T1, Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1>, TResult>(cache, function, new(name, ttl, options), (a, _) => new ValueTask<TResult>(function(a.First)));
        return first => memoized.InvokeAsync(new Arguments<T1>(first), CancellationToken.None).AsTask();
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<T1, T2, Task<TResult>> Memoize<T1, T2, TResult>(this ICache cache, Func<T1, T2, Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2>, TResult>(cache, function, new(name, ttl, options), (a, _) => new ValueTask<TResult>(function(a.First, a.Second)));
        return (first, second) => memoized.InvokeAsync(new Arguments<T1, T2>(first, second), CancellationToken.None).AsTask();
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<T1, T2, T3, Task<TResult>> Memoize<T1, T2, T3, TResult>(this ICache cache, Func<T1, T2, T3, Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3>, TResult>(cache, function, new(name, ttl, options), (a, _) => new ValueTask<TResult>(function(a.First, a.Second, a.Third)));
        return (first, second, third) => memoized.InvokeAsync(new Arguments<T1, T2, T3>(first, second, third), CancellationToken.None).AsTask();
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<T1, T2, T3, T4, Task<TResult>> Memoize<T1, T2, T3, T4, TResult>(this ICache cache, Func<T1, T2, T3, T4, Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3, T4>, TResult>(cache, function, new(name, ttl, options), (a, _) => new ValueTask<TResult>(function(a.First, a.Second, a.Third, a.Fourth)));
        return (first, second, third, fourth) => memoized.InvokeAsync(new Arguments<T1, T2, T3, T4>(first, second, third, fourth), CancellationToken.None).AsTask();
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<CancellationToken, Task<TResult>> Memoize<TResult>(this ICache cache, Func<CancellationToken, Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments, TResult>(cache, function, new(name, ttl, options), (_, token) => new ValueTask<TResult>(function(token)));
        return token => memoized.InvokeAsync(default, token).AsTask();
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<T1, CancellationToken, Task<TResult>> Memoize<T1, TResult>(this ICache cache, Func<T1, CancellationToken, Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1>, TResult>(cache, function, new(name, ttl, options), (a, token) => new ValueTask<TResult>(function(a.First, token)));
        return (first, token) => memoized.InvokeAsync(new Arguments<T1>(first), token).AsTask();
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<T1, T2, CancellationToken, Task<TResult>> Memoize<T1, T2, TResult>(this ICache cache, Func<T1, T2, CancellationToken, Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2>, TResult>(cache, function, new(name, ttl, options), (a, token) => new ValueTask<TResult>(function(a.First, a.Second, token)));
        return (first, second, token) => memoized.InvokeAsync(new Arguments<T1, T2>(first, second), token).AsTask();
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<T1, T2, T3, CancellationToken, Task<TResult>> Memoize<T1, T2, T3, TResult>(this ICache cache, Func<T1, T2, T3, CancellationToken, Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3>, TResult>(cache, function, new(name, ttl, options), (a, token) => new ValueTask<TResult>(function(a.First, a.Second, a.Third, token)));
        return (first, second, third, token) => memoized.InvokeAsync(new Arguments<T1, T2, T3>(first, second, third), token).AsTask();
    }

    /// <inheritdoc cref="Memoize{TResult}(ICache, Func{TResult}, string?, TimeSpan?, EntryOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Func<T1, T2, T3, T4, CancellationToken, Task<TResult>> Memoize<T1, T2, T3, T4, TResult>(this ICache cache, Func<T1, T2, T3, T4, CancellationToken, Task<TResult>> function, string? name = null, TimeSpan? ttl = null, EntryOptions? options = null)
    {
        var memoized = new MemoizedFunction<Arguments<T1, T2, T3, T4>, TResult>(cache, function, new(name, ttl, options), (a, token) => new ValueTask<TResult>(function(a.First, a.Second, a.Third, a.Fourth, token)));
        return (first, second, third, fourth, token) => memoized.InvokeAsync(new Arguments<T1, T2, T3, T4>(first, second, third, fourth), token).AsTask();
    }
}
