using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder.Partitions;

/// <summary>Finds only the entry that is kept under the very same string: one comparison of references.</summary>
internal readonly struct SameEntryKeyComparer : ILookupComparer<EntryKey, EntryKey>
{
    public static bool ToleratesTornKeys => true;

    public static bool RunsOthersCode => false;

    // Of a string that is kept, there is one entry at most in a partition.
    public static bool ComparesAsFastAsHash => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(EntryKey lookup) => LookupHash.Of(lookup.Key, lookup.Partition.HashSeed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(EntryKey lookup, EntryKey key) => ReferenceEquals(lookup.Key, key.Key) && ReferenceEquals(lookup.Partition, key.Partition);
}
