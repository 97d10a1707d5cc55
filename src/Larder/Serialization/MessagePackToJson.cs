using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Code = Larder.Serialization.MessagePackCode;

namespace Larder.Serialization;

/// <summary>Rewrites MessagePack that nobody vouches for as JSON text.</summary>
/// <remarks>
/// Every format of the specification is read, in its shortest form or not. Binary becomes base64, a timestamp
/// becomes ISO 8601, NaN and the infinities become strings, as JSON contracts expect them. Refused are: map keys
/// other than strings, extension types that Larder does not know, strings that are not UTF-8, nesting that is too deep, a count or
/// length that the remaining bytes cannot fulfil, and anything after the value.
/// </remarks>
internal static class MessagePackToJson
{
    /// <param name="source">One MessagePack value.</param>
    /// <param name="output">Takes the JSON: at most six times as many bytes.</param>
    /// <param name="maxDepth">How deep arrays and maps may nest.</param>
    /// <exception cref="FormatException">The bytes are not one MessagePack value, or one that JSON cannot say.</exception>
    public static void Transcode(ReadOnlySpan<byte> source, IBufferWriter<byte> output, int maxDepth)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            // Depth is checked here, with an error that says what is wrong.
            MaxDepth = int.MaxValue,
            SkipValidation = true,
        });
        // A container takes one byte at least.
        int containers = Math.Min(maxDepth, source.Length);
        Container[] open = ArrayPool<Container>.Shared.Rent(containers);
        try
        {
            Transcode(source, writer, open.AsSpan(0, containers));
        }
        finally
        {
            ArrayPool<Container>.Shared.Return(open);
        }

        writer.Flush();
    }

    private static void Transcode(ReadOnlySpan<byte> source, Utf8JsonWriter writer, Span<Container> open)
    {
        var reader = new WireReader(source);
        int depth = 0;
        do
        {
            if (depth > 0)
            {
                ref Container inner = ref open[depth - 1];
                if (inner.Left == 0)
                {
                    if (inner.IsMap)
                        writer.WriteEndObject();
                    else
                        writer.WriteEndArray();
                    depth--;
                    continue;
                }

                inner.Left--;
                if (inner.IsMap)
                    WriteKey(ref reader, writer);
            }

            if (WriteValue(ref reader, writer) is { } container)
            {
                if (depth == open.Length)
                    throw new FormatException($"MessagePack nests deeper than {open.Length} levels (JsonSerializerOptions.MaxDepth).");
                open[depth++] = container;
            }
        }
        while (depth > 0);

        if (reader.Remaining > 0)
            throw new FormatException($"{reader.Remaining} bytes follow the MessagePack value.");
    }

    /// <returns>The container that begins here, or <see langword="null"/> for any other value.</returns>
    private static Container? WriteValue(ref WireReader reader, Utf8JsonWriter writer)
    {
        byte code = ReadByte(ref reader);
        switch (code)
        {
            case <= Code.MaxPositiveFixInt:
                writer.WriteNumberValue((uint)code);
                return null;
            case >= Code.NegativeFixInt:
                writer.WriteNumberValue((int)(sbyte)code);
                return null;
            case >= Code.FixMap and <= Code.FixMap + Code.MaxFixCount:
                return Begin(ref reader, writer, (uint)code - Code.FixMap, isMap: true);
            case >= Code.FixArray and <= Code.FixArray + Code.MaxFixCount:
                return Begin(ref reader, writer, (uint)code - Code.FixArray, isMap: false);
            case Code.Array16 or Code.Array32:
                return Begin(ref reader, writer, ReadBigEndian(ref reader, code == Code.Array16 ? 2 : 4), isMap: false);
            case Code.Map16 or Code.Map32:
                return Begin(ref reader, writer, ReadBigEndian(ref reader, code == Code.Map16 ? 2 : 4), isMap: true);
            case >= Code.FixStr and <= Code.FixStr + Code.MaxFixStr or Code.Str8 or Code.Str16 or Code.Str32:
                writer.WriteStringValue(ReadString(ref reader, code));
                return null;
            case Code.Nil:
                writer.WriteNullValue();
                return null;
            case Code.False or Code.True:
                writer.WriteBooleanValue(code == Code.True);
                return null;
            case >= Code.UInt8 and <= Code.UInt64:
                writer.WriteNumberValue(ReadBigEndian(ref reader, 1 << (code - Code.UInt8)));
                return null;
            case >= Code.Int8 and <= Code.Int64:
                writer.WriteNumberValue(ReadSigned(ref reader, 1 << (code - Code.Int8)));
                return null;
            case Code.Float32:
                WriteFloat(writer, BitConverter.UInt32BitsToSingle((uint)ReadBigEndian(ref reader, sizeof(float))));
                return null;
            case Code.Float64:
                WriteFloat(writer, BitConverter.UInt64BitsToDouble(ReadBigEndian(ref reader, sizeof(double))));
                return null;
            case >= Code.Bin8 and <= Code.Bin32:
                writer.WriteBase64StringValue(ReadBytes(ref reader, ReadBigEndian(ref reader, 1 << (code - Code.Bin8))));
                return null;
            case >= Code.Ext8 and <= Code.Ext32:
                WriteExtension(ref reader, writer, ReadBigEndian(ref reader, 1 << (code - Code.Ext8)));
                return null;
            case >= Code.FixExt1 and <= Code.FixExt16:
                WriteExtension(ref reader, writer, 1UL << (code - Code.FixExt1));
                return null;
            default:
                throw new FormatException($"0x{code:X2} begins no MessagePack value.");
        }
    }

    private static Container Begin(ref WireReader reader, Utf8JsonWriter writer, ulong count, bool isMap)
    {
        // An element takes one byte at least.
        if (count * (isMap ? 2UL : 1UL) > (ulong)reader.Remaining)
            throw Truncated();
        if (isMap)
            writer.WriteStartObject();
        else
            writer.WriteStartArray();
        return new Container((uint)count, isMap);
    }

    private static void WriteKey(ref WireReader reader, Utf8JsonWriter writer)
    {
        byte code = ReadByte(ref reader);
        if (code is not ((>= Code.FixStr and <= Code.FixStr + Code.MaxFixStr) or Code.Str8 or Code.Str16 or Code.Str32))
            throw new FormatException($"A map has a key that begins with 0x{code:X2}; only strings name JSON properties.");
        writer.WritePropertyName(ReadString(ref reader, code));
    }

    private static void WriteFloat(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteStringValue(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
    }

    private static void WriteExtension(ref WireReader reader, Utf8JsonWriter writer, ulong length)
    {
        sbyte type = (sbyte)ReadByte(ref reader);
        ReadOnlySpan<byte> data = ReadBytes(ref reader, length);
        switch (type)
        {
            case Code.NumberText when IsNumber(data):
                writer.WriteRawValue(data, skipInputValidation: true);
                break;
            case Code.Timestamp:
                MessagePackTimestamp.Write(data, writer);
                break;
            default:
                throw new FormatException($"A MessagePack extension of type {type} and {length} bytes is not known here.");
        }
    }

    /// <summary>Whether this is the text of one JSON number and nothing else.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length == text.Length && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<byte> ReadString(ref WireReader reader, byte code)
    {
        ulong length = code switch
        {
            Code.Str8 => ReadBigEndian(ref reader, 1),
            Code.Str16 => ReadBigEndian(ref reader, 2),
            Code.Str32 => ReadBigEndian(ref reader, 4),
            _ => (uint)code - Code.FixStr,
        };
        ReadOnlySpan<byte> utf8 = ReadBytes(ref reader, length);
        return Utf8.IsValid(utf8) ? utf8 : throw new FormatException("A MessagePack string is not UTF-8.");
    }

    private static long ReadSigned(ref WireReader reader, int size)
    {
        int unused = 8 * (sizeof(long) - size);
        return (long)ReadBigEndian(ref reader, size) << unused >> unused;
    }

    private static byte ReadByte(ref WireReader reader) => reader.TryReadByte(out byte value) ? value : throw Truncated();

    private static ulong ReadBigEndian(ref WireReader reader, int size) => reader.TryReadBigEndian(size, out ulong value) ? value : throw Truncated();

    private static ReadOnlySpan<byte> ReadBytes(ref WireReader reader, ulong length) => reader.TryReadBytes(length, out ReadOnlySpan<byte> value) ? value : throw Truncated();

    private static FormatException Truncated() => new("MessagePack ends within a value.");

    /// <summary>An array or map that has begun: what is left of it.</summary>
    private record struct Container(uint Left, bool IsMap);
}
