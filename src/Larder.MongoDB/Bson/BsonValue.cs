using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Larder.MongoDB.Bson;

/// <summary>One BSON value. The default is <see cref="BsonType.Missing"/>.</summary>
[StructLayout(LayoutKind.Auto)]
[DebuggerDisplay("{Type}")]
internal readonly struct BsonValue
{
    private readonly object? _object; // A string, document, array, binary or raw value.
    private readonly long _bits; // Numbers, booleans, dates, timestamps.

    private BsonValue(BsonType type, object? value, long bits)
    {
        Type = type;
        _object = value;
        _bits = bits;
    }

    public static BsonValue Null => new(BsonType.Null, null, 0);

    public BsonType Type { get; }

    public bool IsMissing => Type == BsonType.Missing;

    public bool IsNothing => Type is BsonType.Missing or BsonType.Null or BsonType.Undefined;

    /// <summary>Whether it is a number of any kind but a decimal.</summary>
    public bool IsNumber => Type is BsonType.Int32 or BsonType.Int64 or BsonType.Double;

    public string? AsString => _object as string;

    public BsonDocument? AsDocument => _object as BsonDocument;

    public BsonArray? AsArray => _object as BsonArray;

    public BsonBinary? AsBinary => _object as BsonBinary;

    public BsonRaw? AsRaw => _object as BsonRaw;

    /// <summary>The number, cut to a whole one; 0 for what is none.</summary>
    public long AsInt64 => Type switch
    {
        BsonType.Int32 or BsonType.Int64 => _bits,
        BsonType.Double => double.IsNaN(AsDouble) ? 0 : AsDouble >= long.MaxValue ? long.MaxValue : AsDouble <= long.MinValue ? long.MinValue : (long)AsDouble,
        _ => 0,
    };

    public double AsDouble => Type == BsonType.Double ? BitConverter.Int64BitsToDouble(_bits) : _bits;

    /// <summary>Whether it counts as true: a number other than zero, or true itself.</summary>
    public bool AsBoolean => Type switch
    {
        BsonType.Boolean or BsonType.Int32 or BsonType.Int64 => _bits != 0,
        BsonType.Double => AsDouble != 0,
        _ => false,
    };

    /// <summary>Milliseconds since 1970 of a date; the 64 bits of a timestamp.</summary>
    public long Bits => _bits;

    /// <summary>A field of a document; missing when this is none.</summary>
    public BsonValue this[string name] => AsDocument is { } document ? document[name] : default;

    public static BsonValue DateTime(long milliseconds) => new(BsonType.DateTime, null, milliseconds);

    public static BsonValue Timestamp(long bits) => new(BsonType.Timestamp, null, bits);

    /// <summary>A value of a type that is handed on as it is.</summary>
    public static BsonValue Raw(BsonType type, ReadOnlyMemory<byte> bytes) => new(type, new BsonRaw(bytes), 0);

    /// <summary>A value of a type that has only one: null, undefined, the smallest and the greatest key.</summary>
    public static BsonValue Unit(BsonType type) => new(type, null, 0);

    public static implicit operator BsonValue(string value) => new(BsonType.String, value, 0);

    public static implicit operator BsonValue(int value) => new(BsonType.Int32, null, value);

    public static implicit operator BsonValue(long value) => new(BsonType.Int64, null, value);

    public static implicit operator BsonValue(bool value) => new(BsonType.Boolean, null, value ? 1 : 0);

    public static implicit operator BsonValue(double value) => new(BsonType.Double, null, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator BsonValue(BsonDocument value) => new(BsonType.Document, value, 0);

    public static implicit operator BsonValue(BsonArray value) => new(BsonType.Array, value, 0);

    public static implicit operator BsonValue(BsonBinary value) => new(BsonType.Binary, value, 0);

    public static implicit operator BsonValue(ReadOnlyMemory<byte> value) => new BsonBinary(value);
}
