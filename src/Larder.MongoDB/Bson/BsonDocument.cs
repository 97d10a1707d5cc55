using System.Collections;

namespace Larder.MongoDB.Bson;

/// <summary>Named values in order. Small: a field is found by looking at one after the other. Of two fields of one name the first counts.</summary>
internal sealed class BsonDocument : IReadOnlyCollection<KeyValuePair<string, BsonValue>>
{
    private List<KeyValuePair<string, BsonValue>>? _fields;

    public int Count => _fields?.Count ?? 0;

    /// <summary>A field's value; <see cref="BsonType.Missing"/> when there is none. Setting it to missing removes it.</summary>
    public BsonValue this[string name]
    {
        get
        {
            int index = IndexOf(name);
            return index < 0 ? default : _fields![index].Value;
        }

        set
        {
            int index = IndexOf(name);
            if (index < 0)
                Add(name, value);
            else if (value.IsMissing)
                _fields!.RemoveAt(index);
            else
                _fields![index] = new(name, value);
        }
    }

    /// <summary>Adds a field; nothing when the value is missing.</summary>
    public void Add(string name, BsonValue value)
    {
        if (!value.IsMissing)
            (_fields ??= []).Add(new(name, value));
    }

    public bool Contains(string name) => IndexOf(name) >= 0;

    public KeyValuePair<string, BsonValue> FieldAt(int index) => _fields![index];

    public IEnumerator<KeyValuePair<string, BsonValue>> GetEnumerator() =>
        (_fields ?? Enumerable.Empty<KeyValuePair<string, BsonValue>>()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string name)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_fields![i].Key == name)
                return i;
        }

        return -1;
    }
}
