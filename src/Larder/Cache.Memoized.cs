using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <content>What generated methods need besides the public face.</content>
public sealed partial class Cache
{
    internal ILogger Logger => _core.Logger;

    internal bool FailsSilently => _core.Defaults.FailSilently;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryHit<T>(scoped ReadOnlySpan<char> key, EntryOptions? options, out T value)
    {
        if (options is null || options.AllowsPlainHit)
            return _core.TryHit(_partition, key, out value);
        Unsafe.SkipInit(out value);
        return false;
    }
}
