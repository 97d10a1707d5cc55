using System.Buffers.Binary;
using System.Numerics;

namespace Larder.Persistence;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), by the processor's instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of <paramref name="bytes"/>, or, given the checksum of what came before, of both together.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        uint crc = ~before;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
