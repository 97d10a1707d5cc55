using System.Runtime.CompilerServices;
using Larder.Entries;
using Larder.Partitions;

namespace Larder;

/// <content>
/// Cache-aside. Each member tries the hit itself and allocates nothing for it; whatever a miss needs (a string key, a
/// closure over the state, the entry's policy) is made in a method of its own, because a closure is allocated where
/// its method begins.
/// </content>
public sealed partial class Cache
{
    /// <inheritdoc/>
    public ValueTask<T> GetOrSetAsync<T>(CacheKey key, Func<CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (TryHit(key, options, out T value))
            return new ValueTask<T>(value);
        ArgumentNullException.ThrowIfNull(factory);
        return _core.GetOrSetAsync(KeyOf(key), Factory.Of(factory), _core.PolicyOf(ttl, options), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<T> GetOrSetAsync<TState, T>(CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (TryHit(key, options, out T value))
            return new ValueTask<T>(value);
        ArgumentNullException.ThrowIfNull(factory);
        return _core.GetOrSetAsync(KeyOf(key), Factory.Of(state, factory), _core.PolicyOf(ttl, options), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<T> GetOrSetAsync<T>(CacheKey key, Func<EntryContext, CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (TryHit(key, options, out T value))
            return new ValueTask<T>(value);
        ArgumentNullException.ThrowIfNull(factory);
        return _core.GetOrSetAsync(KeyOf(key), Factory.Of(factory), _core.PolicyOf(ttl, options), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<T> GetOrSetAsync<TState, T>(CacheKey key, TState state, Func<TState, EntryContext, CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (TryHit(key, options, out T value))
            return new ValueTask<T>(value);
        ArgumentNullException.ThrowIfNull(factory);
        return _core.GetOrSetAsync(KeyOf(key), Factory.Of(state, factory), _core.PolicyOf(ttl, options), cancellationToken);
    }

    /// <inheritdoc/>
    public T GetOrSet<T>(CacheKey key, Func<CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (TryHit(key, options, out T value))
            return value;
        ArgumentNullException.ThrowIfNull(factory);
        return Wait(_core.GetOrSetAsync(KeyOf(key), Factory.OfSync(factory), _core.PolicyOf(ttl, options), cancellationToken));
    }

    /// <inheritdoc/>
    public T GetOrSet<TState, T>(CacheKey key, TState state, Func<TState, CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (TryHit(key, options, out T value))
            return value;
        ArgumentNullException.ThrowIfNull(factory);
        return Wait(_core.GetOrSetAsync(KeyOf(key), Factory.OfSync(state, factory), _core.PolicyOf(ttl, options), cancellationToken));
    }

    /// <inheritdoc/>
    public T GetOrSet<T>(CacheKey key, Func<EntryContext, CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (TryHit(key, options, out T value))
            return value;
        ArgumentNullException.ThrowIfNull(factory);
        return Wait(_core.GetOrSetAsync(KeyOf(key), Factory.OfSync(factory), _core.PolicyOf(ttl, options), cancellationToken));
    }

    /// <inheritdoc/>
    public T GetOrSet<TState, T>(CacheKey key, TState state, Func<TState, EntryContext, CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (TryHit(key, options, out T value))
            return value;
        ArgumentNullException.ThrowIfNull(factory);
        return Wait(_core.GetOrSetAsync(KeyOf(key), Factory.OfSync(state, factory), _core.PolicyOf(ttl, options), cancellationToken));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryHit<T>(scoped CacheKey key, EntryOptions? options, out T value)
    {
        if ((options is null || options.AllowsPlainHit) && _core.TryHit(_partition, key, out value))
        {
            key.Release();
            return true;
        }

        Unsafe.SkipInit(out value);
        return false;
    }

    private EntryKey KeyOf(scoped CacheKey key) => new(_partition, key.ToStringAndRelease());

    // The work is written once, asynchronously. Without a store and without waiting for others it has completed by
    // now; otherwise the thread is blocked, which is what a synchronous caller asks for. Nothing inside needs this
    // thread to go on (ConfigureAwait(false) throughout).
    private static T Wait<T>(ValueTask<T> pending) => pending.IsCompleted ? pending.GetAwaiter().GetResult() : pending.AsTask().GetAwaiter().GetResult();

    private static void Wait(ValueTask pending)
    {
        if (pending.IsCompleted)
            pending.GetAwaiter().GetResult();
        else
            pending.AsTask().GetAwaiter().GetResult();
    }
}
