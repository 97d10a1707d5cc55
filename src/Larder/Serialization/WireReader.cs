using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace Larder.Serialization;

/// <summary>
/// Reads fields from bytes that nobody vouches for. This is the one place where bounds are checked: every length
/// is compared with what is left before anything is sliced or allocated, and nothing here throws.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many bytes have been read. Never more than there are.</summary>
    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public bool TryReadByte(out byte value)
    {
        if (Remaining == 0)
        {
            value = 0;
            return false;
        }

        value = _bytes[Position++];
        return true;
    }

    /// <summary>Takes the next <paramref name="length"/> bytes, which may be any number at all.</summary>
    public bool TryReadBytes(ulong length, out ReadOnlySpan<byte> value)
    {
        if (length > (ulong)Remaining)
        {
            value = default;
            return false;
        }

        value = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return true;
    }

    public bool TryReadUInt16LittleEndian(out ushort value)
    {
        bool read = TryReadBytes(sizeof(ushort), out ReadOnlySpan<byte> span);
        value = read ? BinaryPrimitives.ReadUInt16LittleEndian(span) : default;
        return read;
    }

    /// <summary>Reads an unsigned integer of 1, 2, 4 or 8 bytes, highest byte first.</summary>
    public bool TryReadBigEndian(int size, out ulong value)
    {
        value = 0;
        if (!TryReadBytes((ulong)size, out ReadOnlySpan<byte> span))
            return false;
        foreach (byte next in span)
            value = (value << 8) | next;
        return true;
    }

    /// <summary>Reads an unsigned LEB128 integer. Only its shortest form is accepted, so that a value has one encoding.</summary>
    public bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (!TryReadByte(out byte next))
                return false;
            // The tenth byte has one bit to give; a last byte of zero would only pad.
            if ((shift == 63 && next > 1) || (next == 0 && shift > 0))
                return false;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return true;
        }

        return false;
    }

    /// <summary>Reads a zigzag LEB128 integer: small magnitudes are short, whatever their sign.</summary>
    public bool TryReadSignedVarint(out long value)
    {
        bool read = TryReadVarint(out ulong zigzag);
        value = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        return read;
    }

    /// <summary>Reads a length and as many bytes of valid UTF-8.</summary>
    public bool TryReadString([NotNullWhen(true)] out string? value)
    {
        if (!TryReadVarint(out ulong length) || !TryReadBytes(length, out ReadOnlySpan<byte> utf8) || !Utf8.IsValid(utf8))
        {
            value = null;
            return false;
        }

        value = System.Text.Encoding.UTF8.GetString(utf8);
        return true;
    }
}
