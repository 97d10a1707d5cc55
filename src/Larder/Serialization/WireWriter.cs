using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace Larder.Serialization;

/// <summary>Writes what <see cref="WireReader"/> reads, into a span that the caller measured with the bounds given here.</summary>
internal ref struct WireWriter(Span<byte> destination)
{
    /// <summary>The longest varint, in bytes.</summary>
    public const int MaxVarintBytes = 10;

    private readonly Span<byte> _destination = destination;

    public int Written { get; private set; }

    /// <summary>The most bytes that <see cref="WriteString"/> can need.</summary>
    public static int MaxStringBytes(string? value) => checked(MaxVarintBytes + ((value?.Length ?? 0) * 3));

    public void WriteByte(byte value) => _destination[Written++] = value;

    public void WriteUInt16LittleEndian(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_destination[Written..], value);
        Written += sizeof(ushort);
    }

    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte((byte)value);
    }

    public void WriteSignedVarint(long value) => WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Writes length and UTF-8.</summary>
    /// <param name="value">The text.</param>
    /// <param name="what">Names the field in the error.</param>
    /// <exception cref="ArgumentException">The text has a lone surrogate, which UTF-8 cannot say.</exception>
    public void WriteString(string value, string what)
    {
        WriteVarint((ulong)System.Text.Encoding.UTF8.GetByteCount(value));
        if (Utf8.FromUtf16(value, _destination[Written..], out _, out int written, replaceInvalidSequences: false) != OperationStatus.Done)
            throw new ArgumentException($"The {what} of an entry has a surrogate without its partner, so it has no UTF-8 form. Use well-formed text.", nameof(value));
        Written += written;
    }
}
