using System.Buffers.Binary;
using Larder.Serialization;

namespace Larder.Distributed;

/// <summary>What a <see cref="DistributedCacheStore"/> writes under a key: when the entry ends, the key itself, and the value.</summary>
/// <remarks>
/// <para>Layout, little-endian: version (1 byte, 1), end (8 bytes, milliseconds since 1970; the highest value for none), the
/// key's length in characters (4 bytes), the key in UTF-16, the value.</para>
/// <para>The end is there because the interface does not tell it. The key is there because many keys may be one to what is
/// behind the interface (a database that compares without case or trailing spaces, say): then the one that was written
/// last is found, and the other is a miss.</para>
/// </remarks>
internal static class DistributedRecord
{
    public const long Never = long.MaxValue;

    private const byte Version = 1;
    private const int Fixed = 1 + sizeof(long) + sizeof(int);

    /// <summary>Everything before the value.</summary>
    public static byte[] HeadOf(string key, long endsAt, int room = 0)
    {
        int length = Fixed + (key.Length * sizeof(char));
        byte[] head = new byte[length + room];
        head[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(1), endsAt);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(1 + sizeof(long)), key.Length);
        Utf16LittleEndian.Write(key, head.AsSpan(Fixed));
        return head;
    }

    /// <summary>Reads what was written under a key.</summary>
    /// <returns>Whether it is the key's record, and intact as far as can be told.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> record, string key, out long endsAt, out ReadOnlyMemory<byte> value)
    {
        endsAt = 0;
        value = default;
        ReadOnlySpan<byte> bytes = record.Span;
        int length = Fixed + (key.Length * sizeof(char));
        if (bytes.Length < length || bytes[0] != Version || BinaryPrimitives.ReadInt32LittleEndian(bytes[(1 + sizeof(long))..]) != key.Length)
            return false;
        if (!Utf16LittleEndian.IsTextOf(bytes[Fixed..length], key))
            return false;
        endsAt = BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]);
        value = record[length..];
        return true;
    }
}
