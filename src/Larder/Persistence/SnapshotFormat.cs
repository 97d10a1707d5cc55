using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Larder.Serialization;

namespace Larder.Persistence;

/// <summary>The file format, version 1: every layout, with its writer and its reader side by side. All numbers are little-endian.</summary>
/// <remarks>
/// <code>
/// file    header, record*, footer
/// header   0 magic[8]   8 version u16  10 zero u16  12 zero u32  16 saved i64 (Unix ms)  24 marker u64  32 crc u32
/// record   0 marker u64 8 flags u32    12 key length u32  16 value length u32  20 crc u32  24 key, value, crc u32
/// footer   0 marker u64 8 flags u32    12 version u32     16 records u64  24 file length u64  32 chain u32  36 crc u32
/// </code>
/// <para>A crc is the CRC-32C of what precedes it in its structure; a record's last one covers the whole record. The
/// footer's chain is the CRC-32C of the records' last crcs in order.</para>
/// <para>The marker is a random number, new for every save. A reader that lost its way looks for it. Because nobody
/// knows it before the save, no value can contain bytes that pass for a record of the file that will hold it, and
/// what a disk leaves of an older snapshot is never taken for this one's.</para>
/// <para>Every version keeps the header as it is.</para>
/// </remarks>
internal static class SnapshotFormat
{
    public const ushort Version = 1;

    public const int HeaderLength = 36;
    public const int FrameLength = 24;
    public const int RecordCrcLength = sizeof(uint);
    public const int FooterLength = 40;
    public const int MarkerLength = sizeof(ulong);

    /// <summary>The key is UTF-16LE: it has lone surrogates, which UTF-8 cannot carry.</summary>
    public const uint Utf16Key = 1;

    private const uint FooterFlags = 0x8000_0000;

    /// <summary>The first byte is not text, and a file whose line ends were converted does not match.</summary>
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'L', (byte)'R', (byte)'D', (byte)'R', 0x0D, 0x0A, 0x1A];

    public static void WriteHeader(Span<byte> to, DateTimeOffset saved, ulong marker)
    {
        Magic.CopyTo(to);
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], Version);
        to[10..16].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], saved.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt64LittleEndian(to[24..], marker);
        BinaryPrimitives.WriteUInt32LittleEndian(to[32..], Crc32C.Of(to[..32]));
    }

    public static bool TryReadHeader(ReadOnlySpan<byte> from, out SnapshotHeader header)
    {
        header = default;
        if (from.Length < HeaderLength || !from.StartsWith(Magic) || !Sealed(from[..HeaderLength]))
            return false;
        header = new SnapshotHeader(
            BinaryPrimitives.ReadUInt16LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(from[24..]));
        return true;
    }

    public static void WriteFrame(Span<byte> to, SnapshotFrame frame)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, frame.Marker);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], frame.Flags);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], frame.KeyLength);
        BinaryPrimitives.WriteInt32LittleEndian(to[16..], frame.ValueLength);
        BinaryPrimitives.WriteUInt32LittleEndian(to[20..], Crc32C.Of(to[..20]));
    }

    /// <summary>Reads what precedes a record's key. A frame that is returned has lengths that were written by us, but that may not fit the file.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> from, out SnapshotFrame frame)
    {
        frame = default;
        if (from.Length < FrameLength || !Sealed(from[..FrameLength]))
            return false;
        frame = new SnapshotFrame(
            BinaryPrimitives.ReadUInt64LittleEndian(from),
            BinaryPrimitives.ReadUInt32LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[16..]));
        return frame.Flags <= Utf16Key && frame.KeyLength >= 0 && frame.ValueLength >= 0
            && (frame.Flags != Utf16Key || int.IsEvenInteger(frame.KeyLength));
    }

    public static void WriteFooter(Span<byte> to, SnapshotFooter footer)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, footer.Marker);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], FooterFlags);
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], footer.Version);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], footer.Records);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], footer.FileLength);
        BinaryPrimitives.WriteUInt32LittleEndian(to[32..], footer.Chain);
        BinaryPrimitives.WriteUInt32LittleEndian(to[36..], Crc32C.Of(to[..36]));
    }

    public static bool TryReadFooter(ReadOnlySpan<byte> from, out SnapshotFooter footer)
    {
        footer = default;
        if (from.Length < FooterLength || !Sealed(from[..FooterLength])
            || BinaryPrimitives.ReadUInt32LittleEndian(from[8..]) != FooterFlags)
        {
            return false;
        }

        footer = new SnapshotFooter(
            BinaryPrimitives.ReadUInt64LittleEndian(from),
            BinaryPrimitives.ReadUInt32LittleEndian(from[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(from[32..]));
        return true;
    }

    // Whether the last four bytes are the checksum of the others.
    private static bool Sealed(ReadOnlySpan<byte> structure) =>
        BinaryPrimitives.ReadUInt32LittleEndian(structure[^4..]) == Crc32C.Of(structure[..^4]);
}

/// <summary>The start of a file.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SnapshotHeader(ushort Version, long SavedUnixMilliseconds, ulong Marker);

/// <summary>What precedes a record's key.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SnapshotFrame(ulong Marker, uint Flags, int KeyLength, int ValueLength)
{
    /// <summary>The length of the whole record.</summary>
    public long RecordLength => (long)SnapshotFormat.FrameLength + KeyLength + ValueLength + SnapshotFormat.RecordCrcLength;
}

/// <summary>The end of a file.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SnapshotFooter(ulong Marker, uint Version, long Records, long FileLength, uint Chain);
