#pragma warning disable
namespace Larder.Partitions;
internal readonly record struct EntryKey(Partition Partition, string Key);
internal sealed class EntryKeyEquality : IEqualityComparer<EntryKey>
{
    public static readonly EntryKeyEquality Instance = new();
    public bool Equals(EntryKey a, EntryKey b) => ReferenceEquals(a.Partition, b.Partition) && a.Key == b.Key;
    public int GetHashCode(EntryKey k) => HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(k.Partition), k.Key.GetHashCode());
}
