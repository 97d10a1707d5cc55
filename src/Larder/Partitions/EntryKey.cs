using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder.Partitions;

/// <summary>Where a cache's entry is found: a partition, and a key in it.</summary>
/// <param name="Partition">Compared by reference.</param>
/// <param name="Key">Compared ordinally.</param>
internal readonly record struct EntryKey(Partition Partition, string Key);

/// <summary>An <see cref="EntryKey"/> whose key's characters are somewhere else, such as in a buffer.</summary>
internal readonly ref struct EntryKeySpan
{
    public readonly Partition Partition;
    public readonly ReadOnlySpan<char> Key;
    public readonly uint Hash;

    public EntryKeySpan(Partition partition, ReadOnlySpan<char> key)
        : this(partition, key, LookupHash.Of(key, partition.HashSeed))
    {
    }

    /// <summary>A key whose hash (<see cref="LookupHash.Of"/>) somebody knows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public EntryKeySpan(Partition partition, ReadOnlySpan<char> key, uint hash)
    {
        Partition = partition;
        Key = key;
        Hash = hash;
    }

    /// <summary>A key that may be written on its thread's paper, which knows best how to hash it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public EntryKeySpan(Partition partition, CacheKey key)
    {
        Partition = partition;
        Hash = key.Hash(partition.HashSeed, out Key);
    }
}

/// <summary>Hashes and compares <see cref="EntryKey"/> and <see cref="EntryKeySpan"/>, each with the other.</summary>
internal readonly struct EntryKeyComparer : ILookupComparer<EntryKey, EntryKey>, ILookupComparer<EntryKeySpan, EntryKey>
{
    // Both fields are references: a torn pair compares safely.
    public static bool ToleratesTornKeys => true;

    public static bool ComparesAsFastAsHash => false;

    public static bool RunsOthersCode => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(EntryKey lookup) => LookupHash.Of(lookup.Key, lookup.Partition.HashSeed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(EntryKeySpan lookup) => lookup.Hash;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(EntryKey lookup, EntryKey key) => ReferenceEquals(lookup.Partition, key.Partition) && string.Equals(lookup.Key, key.Key);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(EntryKeySpan lookup, EntryKey key) => ReferenceEquals(lookup.Partition, key.Partition) && lookup.Key.SequenceEqual(key.Key);
}
