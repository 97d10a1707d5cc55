using System.Buffers.Binary;

namespace Larder.MongoDB.Bson;

/// <summary>Goes over the fields of a document without reading what is in them.</summary>
internal ref struct BsonScan
{
    private readonly ReadOnlySpan<byte> _document;
    private int _next;

    /// <exception cref="MongoDbProtocolException">The bytes are no document.</exception>
    public BsonScan(ReadOnlySpan<byte> document)
    {
        _document = document[..BsonReader.LengthOfDocument(document)];
        _next = sizeof(int);
    }

    /// <summary>The field's type.</summary>
    public BsonType Type { get; private set; }

    /// <summary>The field's name, UTF-8.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The field's value as it is on the wire.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Where the value begins in the document.</summary>
    public int ValueOffset { get; private set; }

    /// <summary>The field as it is on the wire: type, name and value.</summary>
    public ReadOnlySpan<byte> Element { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <exception cref="MongoDbProtocolException">The document is broken.</exception>
    public bool Next()
    {
        int last = _document.Length - 1;
        if (_next == last && _document[last] == 0)
            return false;
        if (_next >= last)
            throw Invalid();
        int start = _next;
        Type = (BsonType)_document[_next++];
        int name = _document[_next..last].IndexOf((byte)0);
        if (name < 0)
            throw Invalid();
        Name = _document.Slice(_next, name);
        _next += name + 1;
        ReadOnlySpan<byte> rest = _document[_next..last];
        int length = LengthOf(Type, rest);
        if (length < 0 || length > rest.Length)
            throw Invalid();
        Value = rest[..length];
        ValueOffset = _next;
        _next += length;
        Element = _document[start.._next];
        return true;
    }

    /// <summary>The number in the field, cut to a whole one; 0 when it is none.</summary>
    public readonly long Number => Type switch
    {
        BsonType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(Value),
        BsonType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(Value),
        BsonType.Double => (long)BinaryPrimitives.ReadDoubleLittleEndian(Value),
        BsonType.Boolean => Value[0],
        _ => 0,
    };

    private static int LengthOf(BsonType type, ReadOnlySpan<byte> rest)
    {
        switch (type)
        {
            case BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64:
                return sizeof(long);
            case BsonType.Int32:
                return sizeof(int);
            case BsonType.Boolean:
                return 1;
            case BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey:
                return 0;
            case BsonType.ObjectId:
                return 12;
            case BsonType.Decimal128:
                return 16;
            case BsonType.RegularExpression:
                int pattern = rest.IndexOf((byte)0);
                int options = pattern < 0 ? -1 : rest[(pattern + 1)..].IndexOf((byte)0);
                return options < 0 ? -1 : pattern + options + 2;
        }

        if (rest.Length < sizeof(int))
            return -1;
        long length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (length < 0)
            return -1;
        length = type switch
        {
            BsonType.Document or BsonType.Array or BsonType.JavaScriptWithScope => length,
            BsonType.String or BsonType.JavaScript or BsonType.Symbol => sizeof(int) + length,
            BsonType.Binary => sizeof(int) + 1 + length,
            BsonType.DbPointer => sizeof(int) + length + 12,
            _ => -1,
        };
        return length > rest.Length ? -1 : (int)length;
    }

    private static MongoDbProtocolException Invalid() => new("What was received is no BSON: a document's fields do not end where it says.");
}
