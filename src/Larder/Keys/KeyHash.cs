using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Larder.Keys;

/// <summary>
/// What stands for the rest of a text that is too long to be kept in a key: SHA-256 (FIPS 180-4) over its UTF-16
/// code units in little-endian order, so that every text has one, lone surrogates included, the same on every machine.
/// </summary>
internal static class KeyHash
{
    /// <summary>The length of a 128-bit hash: the first half of SHA-256.</summary>
    public const int Length = 32;

    /// <summary>The length of a whole SHA-256.</summary>
    public const int FullLength = 64;

    /// <summary>Writes as many hex digits of the text's hash as <paramref name="destination"/> holds.</summary>
    public static void Write(ReadOnlySpan<char> text, Span<char> destination)
    {
        byte[]? rented = null;
        int size = checked(text.Length * sizeof(char));
        Span<byte> bytes = size <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            for (int i = 0; i < text.Length; i++)
                BinaryPrimitives.WriteUInt16LittleEndian(bytes[(i * sizeof(char))..], text[i]);

            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(bytes[..size], hash);
            Convert.TryToHexStringLower(hash[..(destination.Length / 2)], destination, out _);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }
}
