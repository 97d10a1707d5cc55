using System.Runtime.CompilerServices;
using Larder.Keys;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <content>What generated methods need besides the public face.</content>
public sealed partial class Cache
{
    internal ILogger Logger => _core.Logger;

    internal bool FailsSilently => _core.Defaults.FailSilently;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryHit<T>(scoped ref CacheKeyWriter key, EntryOptions? options, out T value)
    {
        if (options is null || options.AllowsPlainHit)
        {
            uint hash = key.Hash(_partition.HashSeed, out ReadOnlySpan<char> characters);
            return _core.TryHit(_partition, characters, hash, out value);
        }

        Unsafe.SkipInit(out value);
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryHit<T>(NumberedKey key, EntryOptions? options, out T value)
    {
        if (key.IsValid && (options is null || options.AllowsPlainHit))
            return _core.TryHit(_partition, key, out value);

        Unsafe.SkipInit(out value);
        return false;
    }
}
