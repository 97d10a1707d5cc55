using System.Diagnostics.CodeAnalysis;

namespace Larder.PostgreSql.Keys;

/// <summary>The identifiers of many keys, each once, and where the keys were in the question.</summary>
internal sealed class IdTable
{
    private readonly Dictionary<byte[], int[]> _places;

    private IdTable(Dictionary<byte[], int[]> places)
    {
        _places = places;
        Ids = [.. places.Keys];
    }

    public byte[][] Ids { get; }

    public static IdTable Of(IReadOnlyList<string> keys)
    {
        var places = new Dictionary<byte[], int[]>(keys.Count, BytesComparer.Instance);
        for (int i = 0; i < keys.Count; i++)
        {
            byte[] id = RowKey.Of(keys[i]).Id;
            places[id] = places.TryGetValue(id, out int[]? before) ? [.. before, i] : [i];
        }

        return new IdTable(places);
    }

    /// <summary>Where the key was; nowhere for one that was not asked for.</summary>
    public int[] Find(byte[] id) => _places.GetValueOrDefault(id, []);

    private sealed class BytesComparer : IEqualityComparer<byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj)
        {
            var hash = new HashCode();
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
