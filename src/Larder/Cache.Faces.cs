using System.Runtime.CompilerServices;
using Larder.Entries;
using Larder.Partitions;

namespace Larder;

/// <content>What the framework's own interfaces over a cache need besides the public face.</content>
public sealed partial class Cache
{
    internal bool HasStore => _core.HasStore;

    internal TimeProvider TimeProvider => _core.Options.TimeProvider;

    internal TimeSpan DefaultTtl => _core.Options.DefaultTtl;

    /// <summary>A plain hit, and nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryHit<T>(scoped ReadOnlySpan<char> key, out T value) => _core.TryHit(_partition, key, out value);

    /// <summary>Any other hit in memory.</summary>
    internal bool TryServeFromMemory<T>(string key, bool copy, out T value) =>
        _core.TryServeFromMemory(new EntryKey(_partition, key), copy ? _core.CopyingDefaults : _core.Defaults, out value);

    /// <summary>Get-or-set with a factory that may compute on the calling thread for long, whatever its signature says: a caller who can cancel is not held by it.</summary>
    internal ValueTask<T> GetOrSetAsync<TState, T>(string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, EntryOptions options, CancellationToken cancellationToken)
    {
        EntryPolicy policy = _core.PolicyOf(ttl: null, options);
        // The factory's own instance may be changed by whoever made it; what is kept may not.
        Factory<T> wrapped = policy.CloneOnRead
            ? new(async (_, token) => Copy(await factory(state, token).ConfigureAwait(false)), IsSynchronous: true)
            : new((_, token) => factory(state, token), IsSynchronous: true);
        return _core.GetOrSetAsync(new EntryKey(_partition, key), wrapped, policy, cancellationToken);
    }

    internal T Copy<T>(T value) => _core.Copy(value);
}
