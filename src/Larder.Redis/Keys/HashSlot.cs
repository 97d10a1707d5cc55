namespace Larder.Redis.Keys;

/// <summary>Where a cluster keeps a key (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/): CRC-16/XMODEM of the key, or of its hash tag, modulo 16,384.</summary>
internal static class HashSlot
{
    public const int Count = 16_384;

    private static readonly ushort[] Table = MakeTable();
    private static readonly byte[] ByLowByte = Invert(Table);

    /// <summary>The slot of a key.</summary>
    public static int Of(ReadOnlySpan<byte> key) => Crc(TryFindTag(key, out ReadOnlySpan<byte> tag) ? tag : key) % Count;

    /// <summary>Whether the key has a hash tag: what stands between its first opening brace and the next closing one, if anything does.</summary>
    public static bool TryFindTag(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> tag)
    {
        tag = default;
        int open = key.IndexOf((byte)'{');
        if (open < 0)
            return false;
        tag = key[(open + 1)..];
        int close = tag.IndexOf((byte)'}');
        if (close <= 0)
            return false;
        tag = tag[..close];
        return true;
    }

    public static ushort Crc(ReadOnlySpan<byte> bytes)
    {
        ushort crc = 0;
        foreach (byte one in bytes)
            crc = Next(crc, one);
        return crc;
    }

    /// <summary>The two bytes that take the checksum from one state to another. There is exactly one such pair.</summary>
    /// <remarks>
    /// A step is <c>next = (crc &lt;&lt; 8) ^ table[(crc &gt;&gt; 8) ^ byte]</c>, and the low bytes of the table are all different: the
    /// last step's table entry follows from the target's low byte, and with it the state before; and so the first step's.
    /// </remarks>
    public static (byte First, byte Second) Bridge(ushort from, ushort to)
    {
        byte last = ByLowByte[(byte)to];
        byte middleLow = (byte)((to ^ Table[last]) >> 8);
        byte first = ByLowByte[middleLow];
        ushort middle = (ushort)((from << 8) ^ Table[first]);
        return ((byte)(first ^ (from >> 8)), (byte)(last ^ (middle >> 8)));
    }

    private static ushort Next(ushort crc, byte one) => (ushort)((crc << 8) ^ Table[(byte)((crc >> 8) ^ one)]);

    private static ushort[] MakeTable()
    {
        const ushort Polynomial = 0x1021;
        var table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
            table[i] = (ushort)crc;
        }

        return table;
    }

    private static byte[] Invert(ushort[] table)
    {
        byte[] inverse = new byte[256];
        for (int i = 0; i < table.Length; i++)
            inverse[(byte)table[i]] = (byte)i;
        return inverse;
    }
}
