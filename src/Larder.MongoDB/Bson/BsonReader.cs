using System.Buffers.Binary;
using System.Text;

namespace Larder.MongoDB.Bson;

/// <summary>Reads BSON (https://bsonspec.org/spec.html). No length in it is believed before it was compared with what is there.</summary>
/// <remarks>Binary and raw values are slices of the bytes that were read, not copies.</remarks>
internal ref struct BsonReader
{
    /// <summary>The length of an empty document: its own length, and the end.</summary>
    public const int MinDocumentLength = sizeof(int) + 1;

    private const int ObjectIdLength = 12;
    private const int DecimalLength = 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly BsonLimits _limits;
    private int _at;
    private int _elements;

    private BsonReader(ReadOnlyMemory<byte> bytes, BsonLimits limits)
    {
        _bytes = bytes;
        _limits = limits;
    }

    /// <summary>Reads one document that takes all of the bytes.</summary>
    /// <exception cref="MongoDbProtocolException">It does not, or is none.</exception>
    public static BsonDocument Read(ReadOnlyMemory<byte> bytes, BsonLimits? limits = null)
    {
        var reader = new BsonReader(bytes, limits ?? BsonLimits.Default);
        BsonDocument document = reader.ReadDocument(bytes.Length, depth: 1);
        return reader._at == bytes.Length ? document : throw Invalid($"a document of {reader._at} bytes is followed by {bytes.Length - reader._at} more");
    }

    /// <summary>The length that a document at the beginning of the bytes says it has, which is there.</summary>
    /// <exception cref="MongoDbProtocolException">It is not.</exception>
    public static int LengthOfDocument(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < MinDocumentLength)
            throw Invalid($"a document of {bytes.Length} bytes");
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length >= MinDocumentLength && length <= bytes.Length ? length : throw Invalid($"a document says that it has {length} bytes, and there are {bytes.Length}");
    }

    private BsonDocument ReadDocument(int end, int depth)
    {
        var document = new BsonDocument();
        int last = Begin(end, depth);
        while (_at < last)
        {
            var type = (BsonType)ReadByte(last);
            string name = ReadCString(last);
            document.Add(name, ReadValue(type, last, depth));
        }

        End(last);
        return document;
    }

    private BsonArray ReadArray(int end, int depth)
    {
        var array = new BsonArray();
        int last = Begin(end, depth);
        while (_at < last)
        {
            var type = (BsonType)ReadByte(last);
            SkipCString(last); // The place, as a text; what counts is the order.
            array.Add(ReadValue(type, last, depth));
        }

        End(last);
        return array;
    }

    // Where the closing zero of a document must be.
    private int Begin(int end, int depth)
    {
        if (depth > _limits.MaxDepth)
            throw Invalid($"documents lie more than {_limits.MaxDepth} deep in each other");
        int length = LengthOfDocument(_bytes.Span[_at..end]);
        int last = _at + length - 1;
        _at += sizeof(int);
        return last;
    }

    private void End(int last)
    {
        if (_at != last || _bytes.Span[last] != 0)
            throw Invalid("a document does not end where it says");
        _at++;
    }

    private BsonValue ReadValue(BsonType type, int end, int depth)
    {
        if (++_elements > _limits.MaxElements)
            throw Invalid($"more than {_limits.MaxElements} values");
        return type switch
        {
            BsonType.Double => BitConverter.Int64BitsToDouble(ReadInt64(end)),
            BsonType.String => ReadString(end),
            BsonType.Document => ReadDocument(end, depth + 1),
            BsonType.Array => ReadArray(end, depth + 1),
            BsonType.Binary => ReadBinary(end),
            BsonType.Boolean => ReadByte(end) switch { 0 => false, 1 => true, byte other => throw Invalid($"a boolean is {other}") },
            BsonType.DateTime => BsonValue.DateTime(ReadInt64(end)),
            BsonType.Timestamp => BsonValue.Timestamp(ReadInt64(end)),
            BsonType.Int32 => ReadInt32(end),
            BsonType.Int64 => ReadInt64(end),
            BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey => BsonValue.Unit(type),
            BsonType.ObjectId => BsonValue.Raw(type, Take(ObjectIdLength, end)),
            BsonType.Decimal128 => BsonValue.Raw(type, Take(DecimalLength, end)),
            BsonType.RegularExpression or BsonType.DbPointer or BsonType.JavaScript or BsonType.Symbol or BsonType.JavaScriptWithScope => ReadRaw(type, end, depth),
            _ => throw Invalid($"there is no type {(byte)type}"),
        };
    }

    // Types that nobody here looks into are checked like the others and kept as they are.
    private BsonValue ReadRaw(BsonType type, int end, int depth)
    {
        int from = _at;
        switch (type)
        {
            case BsonType.RegularExpression:
                ReadCString(end);
                ReadCString(end);
                break;
            case BsonType.DbPointer:
                ReadString(end);
                Take(ObjectIdLength, end);
                break;
            case BsonType.JavaScriptWithScope:
                int length = ReadInt32(end);
                if (length < sizeof(int) || length > end - from)
                    throw Invalid($"code with a scope says that it has {length} bytes, and there are {end - from}");
                ReadString(from + length);
                ReadDocument(from + length, depth + 1);
                if (_at != from + length)
                    throw Invalid("code with a scope does not end where it says");
                break;
            default:
                ReadString(end);
                break;
        }

        return BsonValue.Raw(type, _bytes[from.._at]);
    }

    private string ReadString(int end)
    {
        int length = ReadInt32(end);
        if (length < 1 || length > end - _at)
            throw Invalid($"a text says that it has {length} bytes, and there are {end - _at}");
        ReadOnlySpan<byte> text = Take(length, end).Span;
        return text[^1] == 0 ? Decode(text[..^1]) : throw Invalid("a text does not end where it says");
    }

    private string ReadCString(int end)
    {
        int from = _at;
        SkipCString(end);
        return Decode(_bytes.Span[from..(_at - 1)]);
    }

    private void SkipCString(int end)
    {
        int length = _bytes.Span[_at..end].IndexOf((byte)0);
        if (length < 0)
            throw Invalid("a name has no end");
        _at += length + 1;
    }

    private BsonBinary ReadBinary(int end)
    {
        int length = ReadInt32(end);
        byte subtype = ReadByte(end);
        if (length < 0 || length > end - _at)
            throw Invalid($"a binary value says that it has {length} bytes, and there are {end - _at}");
        if (subtype != BsonBinary.Old)
            return new BsonBinary(Take(length, end), subtype);
        int last = _at + length;
        if (length < sizeof(int) || ReadInt32(last) != length - sizeof(int))
            throw Invalid("the two lengths of a binary value differ");
        return new BsonBinary(Take(length - sizeof(int), last), subtype);
    }

    private byte ReadByte(int end) => Take(1, end).Span[0];

    private int ReadInt32(int end) => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int), end).Span);

    private long ReadInt64(int end) => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long), end).Span);

    private ReadOnlyMemory<byte> Take(int length, int end)
    {
        if (length > end - _at)
            throw Invalid($"a value needs {length} bytes, and there are {end - _at}");
        ReadOnlyMemory<byte> taken = _bytes.Slice(_at, length);
        _at += length;
        return taken;
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new MongoDbProtocolException("What was received is no BSON: a text is not UTF-8.", error);
        }
    }

    private static MongoDbProtocolException Invalid(string what) => new($"What was received is no BSON: {what}.");
}
