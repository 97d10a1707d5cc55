using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Larder.MongoDB.Bson;

/// <summary>Writes BSON.</summary>
internal static class BsonWriter
{
    // Lone surrogates are no UTF-8; who has such texts escapes them first.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A document as its bytes.</summary>
    public static byte[] ToArray(BsonDocument document)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, document);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes a document.</summary>
    /// <exception cref="ArgumentException">A name has a NUL, or a text is no UTF-16.</exception>
    public static void Write(ArrayBufferWriter<byte> output, BsonDocument document)
    {
        Span<byte> target = output.GetSpan(LengthOf(document));
        output.Advance(WriteDocument(target, document));
    }

    /// <summary>How many bytes a document takes.</summary>
    public static int LengthOf(BsonDocument document)
    {
        int length = BsonReader.MinDocumentLength;
        for (int i = 0; i < document.Count; i++)
        {
            (string name, BsonValue value) = document.FieldAt(i);
            length = checked(length + 2 + Utf8.GetByteCount(name) + LengthOf(value));
        }

        return length;
    }

    private static int LengthOf(BsonArray array)
    {
        int length = BsonReader.MinDocumentLength;
        for (int i = 0; i < array.Count; i++)
            length = checked(length + 2 + Digits(i) + LengthOf(array[i]));
        return length;
    }

    private static int LengthOf(in BsonValue value) => value.Type switch
    {
        BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64 => sizeof(long),
        BsonType.Int32 => sizeof(int),
        BsonType.Boolean => 1,
        BsonType.String => sizeof(int) + Utf8.GetByteCount(value.AsString!) + 1,
        BsonType.Document => LengthOf(value.AsDocument!),
        BsonType.Array => LengthOf(value.AsArray!),
        BsonType.Binary => sizeof(int) + 1 + value.AsBinary!.Bytes.Length + (value.AsBinary.Subtype == BsonBinary.Old ? sizeof(int) : 0),
        BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey => 0,
        _ => value.AsRaw!.Bytes.Length,
    };

    private static int WriteDocument(Span<byte> target, BsonDocument document)
    {
        int at = sizeof(int);
        for (int i = 0; i < document.Count; i++)
        {
            (string name, BsonValue value) = document.FieldAt(i);
            if (name.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException("A name in a document has a NUL.", nameof(document));
            target[at++] = (byte)value.Type;
            at += Utf8.GetBytes(name, target[at..]);
            target[at++] = 0;
            at += WriteValue(target[at..], value);
        }

        return End(target, at);
    }

    private static int WriteArray(Span<byte> target, BsonArray array)
    {
        int at = sizeof(int);
        for (int i = 0; i < array.Count; i++)
        {
            BsonValue value = array[i];
            target[at++] = (byte)value.Type;
            i.TryFormat(target[at..], out int digits, default, CultureInfo.InvariantCulture);
            at += digits;
            target[at++] = 0;
            at += WriteValue(target[at..], value);
        }

        return End(target, at);
    }

    private static int End(Span<byte> target, int at)
    {
        target[at++] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(target, at);
        return at;
    }

    private static int WriteValue(Span<byte> target, in BsonValue value)
    {
        switch (value.Type)
        {
            case BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64:
                BinaryPrimitives.WriteInt64LittleEndian(target, value.Bits);
                return sizeof(long);
            case BsonType.Int32:
                BinaryPrimitives.WriteInt32LittleEndian(target, (int)value.Bits);
                return sizeof(int);
            case BsonType.Boolean:
                target[0] = (byte)value.Bits;
                return 1;
            case BsonType.String:
                int length = Utf8.GetBytes(value.AsString!, target[sizeof(int)..]);
                BinaryPrimitives.WriteInt32LittleEndian(target, length + 1);
                target[sizeof(int) + length] = 0;
                return sizeof(int) + length + 1;
            case BsonType.Document:
                return WriteDocument(target, value.AsDocument!);
            case BsonType.Array:
                return WriteArray(target, value.AsArray!);
            case BsonType.Binary:
                return WriteBinary(target, value.AsBinary!);
            case BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey:
                return 0;
            default:
                value.AsRaw!.Bytes.Span.CopyTo(target);
                return value.AsRaw.Bytes.Length;
        }
    }

    private static int WriteBinary(Span<byte> target, BsonBinary binary)
    {
        int extra = binary.Subtype == BsonBinary.Old ? sizeof(int) : 0;
        BinaryPrimitives.WriteInt32LittleEndian(target, binary.Bytes.Length + extra);
        target[sizeof(int)] = binary.Subtype;
        int at = sizeof(int) + 1;
        if (extra > 0)
            BinaryPrimitives.WriteInt32LittleEndian(target[at..], binary.Bytes.Length);
        binary.Bytes.Span.CopyTo(target[(at + extra)..]);
        return at + extra + binary.Bytes.Length;
    }

    private static int Digits(int number)
    {
        int digits = 1;
        for (; number >= 10; number /= 10)
            digits++;
        return digits;
    }
}
