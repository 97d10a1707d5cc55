using System.Collections;

namespace Larder.MongoDB.Bson;

/// <summary>Values in order.</summary>
internal sealed class BsonArray : IReadOnlyList<BsonValue>
{
    private readonly List<BsonValue> _values;

    public BsonArray() => _values = [];

    public BsonArray(IEnumerable<BsonValue> values) => _values = [.. values];

    public int Count => _values.Count;

    public BsonValue this[int index] => _values[index];

    public void Add(BsonValue value) => _values.Add(value);

    public IEnumerator<BsonValue> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
