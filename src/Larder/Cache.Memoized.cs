using Larder.Entries;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <content>What generated methods need besides the public face.</content>
public sealed partial class Cache
{
    internal ILogger Logger => _core.Logger;

    internal bool FailsSilently => _core.Options.FailSilently;

    internal T GetOrSet<TState, T>(CacheKey key, TState state, Func<TState, EntryContext, CancellationToken, T> factory, EntryOptions? options, CancellationToken cancellationToken) =>
        TryHit(key, options, out T value)
            ? value
            : Wait(_core.GetOrSetAsync(KeyOf(key), WithState(state, factory), _core.PolicyOf(ttl: null, options), cancellationToken));

    // A method of its own, so that the closure is made for a miss only.
    private static Factory<T> WithState<TState, T>(TState state, Func<TState, EntryContext, CancellationToken, T> factory) =>
        Factory.OfSync<T>((entry, cancellationToken) => factory(state, entry, cancellationToken));
}
