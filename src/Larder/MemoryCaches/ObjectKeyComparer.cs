using System.Runtime.CompilerServices;
using Larder.Keys;
using Larder.Memory;

namespace Larder.MemoryCaches;

/// <summary>Compares keys of any type as they say themselves, and strings, the usual ones, without asking them: ordinally, with a hash that cannot be flooded.</summary>
internal readonly struct ObjectKeyComparer : ILookupComparer<object, object>
{
    public static bool ToleratesTornKeys => true;

    public static bool ComparesAsFastAsHash => false;

    public static bool RunsOthersCode => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(object lookup) => lookup.GetType() == typeof(string) ? LookupHash.Of(Unsafe.As<string>(lookup)) : LookupHash.Spread(lookup.GetHashCode());

    // A slot that is being cleared holds a null key.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool ILookupComparer<object, object>.Equals(object lookup, object key)
    {
        if (ReferenceEquals(lookup, key))
            return true;
        if (key is null)
            return false;
        return lookup.GetType() == typeof(string)
            ? key.GetType() == typeof(string) && string.Equals(Unsafe.As<string>(lookup), Unsafe.As<string>(key))
            : lookup.Equals(key);
    }
}
