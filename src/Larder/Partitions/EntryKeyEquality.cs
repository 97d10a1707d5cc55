namespace Larder.Partitions;

/// <summary><see cref="EntryKeyComparer"/> for the framework's collections.</summary>
internal sealed class EntryKeyEquality : IEqualityComparer<EntryKey>
{
    private static EntryKeyComparer Comparer => default;

    private EntryKeyEquality()
    {
    }

    public static EntryKeyEquality Instance { get; } = new();

    public bool Equals(EntryKey x, EntryKey y) => Comparer.Equals(x, y);

    public int GetHashCode(EntryKey obj) => (int)Comparer.Hash(obj);
}
