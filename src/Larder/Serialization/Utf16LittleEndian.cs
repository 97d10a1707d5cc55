using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Larder.Serialization;

/// <summary>A string's code units as they are, lowest byte first: exact for every string, well-formed or not.</summary>
internal static class Utf16LittleEndian
{
    public static void Write(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(text).CopyTo(destination);
            return;
        }

        for (int i = 0; i < text.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(i * sizeof(char))..], text[i]);
    }

    /// <summary>Whether bytes are a text's.</summary>
    public static bool IsTextOf(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> text)
    {
        if (BitConverter.IsLittleEndian)
            return bytes.SequenceEqual(MemoryMarshal.AsBytes(text));
        return text.SequenceEqual(Read(bytes));
    }

    /// <returns><see langword="null"/> for an odd number of bytes.</returns>
    public static string? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % sizeof(char) != 0)
            return null;
        return string.Create(bytes.Length / sizeof(char), bytes, static (text, bytes) =>
        {
            for (int i = 0; i < text.Length; i++)
                text[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(char))..]);
        });
    }
}
