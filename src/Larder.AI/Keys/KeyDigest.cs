using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Larder.AI.Keys;

/// <summary>SHA-256 (FIPS 180-4) over a key's UTF-16 code units in little-endian order, the same on every machine.</summary>
internal static class KeyDigest
{
    /// <summary>Ends a key and returns what stands for it: 64 hex digits.</summary>
    public static string FinishAsDigest(this ref CacheKeyWriter writer)
    {
        ReadOnlySpan<char> text = writer.Finish();
        byte[] bytes = ArrayPool<byte>.Shared.Rent(text.Length * sizeof(char));
        try
        {
            for (int i = 0; i < text.Length; i++)
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * sizeof(char)), text[i]);
            return Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, text.Length * sizeof(char))));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        }
    }
}
