using System.Text;

namespace Larder.Redis.Resp;

/// <summary>One value of RESP3, whole. It shares nothing with the buffer it was read from.</summary>
internal readonly struct RespValue
{
    private readonly object? _content; // A string, a byte[] or a RespValue[], as the kind has it.
    private readonly long _number;

    private RespValue(RespKind kind, object? content, long number = 0)
    {
        Kind = kind;
        _content = content;
        _number = number;
    }

    public static RespValue Null => default;

    public RespKind Kind { get; }

    public bool IsNull => Kind == RespKind.Null;

    public bool IsError => Kind == RespKind.Error;

    /// <summary>The number of an integer.</summary>
    public long Integer => Kind == RespKind.Integer ? _number : throw Unexpected("an integer");

    public double Double => Kind == RespKind.Double ? BitConverter.Int64BitsToDouble(_number) : throw Unexpected("a double");

    public bool Boolean => Kind == RespKind.Boolean ? _number != 0 : throw Unexpected("a boolean");

    /// <summary>The bytes of a blob.</summary>
    public byte[] Bytes => Kind == RespKind.Blob ? (byte[])_content! : throw Unexpected("a blob");

    /// <summary>The elements of an aggregate; of a map its keys and values in turn.</summary>
    public RespValue[] Elements => _content as RespValue[] ?? throw Unexpected("an aggregate");

    /// <summary>The text of whatever has one; bytes are read as UTF-8.</summary>
    public string Text => _content switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => throw Unexpected("a text"),
    };

    public static RespValue OfText(RespKind kind, string text) => new(kind, text);

    public static RespValue OfInteger(long number) => new(RespKind.Integer, null, number);

    public static RespValue OfDouble(double number) => new(RespKind.Double, null, BitConverter.DoubleToInt64Bits(number));

    public static RespValue OfBoolean(bool value) => new(RespKind.Boolean, null, value ? 1 : 0);

    public static RespValue OfBlob(byte[] bytes) => new(RespKind.Blob, bytes);

    public static RespValue OfAggregate(RespKind kind, RespValue[] elements) => new(kind, elements);

    /// <summary>For test failures and error messages; blobs are told by their length, because they may be secret.</summary>
    public override string ToString() => _content switch
    {
        byte[] bytes => $"{Kind} of {bytes.Length} bytes",
        RespValue[] elements => $"{Kind} of {elements.Length} values",
        string text => $"{Kind} '{text}'",
        _ => Kind == RespKind.Null ? "Null" : $"{Kind} {_number}",
    };

    private RedisProtocolException Unexpected(string wanted) => new($"The server answered {this} where {wanted} was due.");
}
