using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder.Memory;

/// <summary>Compares keys as their type says; devirtualized and inlined for value types.</summary>
internal readonly struct DefaultKeyComparer<TKey> : ILookupComparer<TKey, TKey>
    where TKey : notnull
{
    public static bool ToleratesTornKeys
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !typeof(TKey).IsValueType || typeof(TKey).IsPrimitive || typeof(TKey).IsEnum;
    }

    public static bool RunsOthersCode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !typeof(TKey).IsPrimitive && !typeof(TKey).IsEnum;
    }

    public static bool ComparesAsFastAsHash
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TKey).IsPrimitive || typeof(TKey).IsEnum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(TKey lookup) => LookupHash.Spread(lookup.GetHashCode());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(TKey lookup, TKey key) => EqualityComparer<TKey>.Default.Equals(lookup, key);
}

/// <summary>Compares strings ordinally, with a hash that cannot be flooded.</summary>
internal readonly struct OrdinalKeyComparer : ILookupComparer<string, string>
{
    public static bool ToleratesTornKeys => true;

    public static bool RunsOthersCode => false;

    public static bool ComparesAsFastAsHash => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(string lookup) => LookupHash.Of(lookup);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(string lookup, string key) => string.Equals(lookup, key);
}

/// <summary>Compares keys as a caller's comparer says.</summary>
internal readonly struct CustomKeyComparer<TKey>(IEqualityComparer<TKey> comparer) : ILookupComparer<TKey, TKey>
    where TKey : notnull
{
    public static bool ToleratesTornKeys
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !typeof(TKey).IsValueType || typeof(TKey).IsPrimitive || typeof(TKey).IsEnum;
    }

    public static bool RunsOthersCode => true;

    public static bool ComparesAsFastAsHash => false;

    public uint Hash(TKey lookup) => LookupHash.Spread(comparer.GetHashCode(lookup));

    // A slot that is being cleared holds a null key; the caller's comparer need not know.
    public bool Equals(TKey lookup, TKey key) => key is not null && comparer.Equals(lookup, key);
}
