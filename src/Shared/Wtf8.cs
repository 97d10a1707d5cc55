using System.Buffers;
using System.Text.Unicode;

namespace Larder.Shared;

/// <summary>
/// Every string as bytes and back, without loss: UTF-8, in which a surrogate that stands alone is written like any other
/// character (WTF-8, https://simonsapin.github.io/wtf-8/). Two strings are the same exactly when their bytes are; no byte
/// is ever <c>FF</c>.
/// </summary>
internal static class Wtf8
{
    private const int SurrogateLength = 3;

    /// <summary>The text as bytes.</summary>
    public static byte[] Write(ReadOnlySpan<char> text)
    {
        int most = MaxLength(text.Length);
        byte[]? rented = null;
        Span<byte> bytes = most <= 1024 ? stackalloc byte[1024] : (rented = ArrayPool<byte>.Shared.Rent(most));
        byte[] written = bytes[..Write(text, bytes)].ToArray();
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return written;
    }

    /// <summary>Reads what <see cref="Write(ReadOnlySpan{char})"/> has written.</summary>
    /// <returns><see langword="false"/> for bytes that it never writes.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out string text)
    {
        char[]? rented = null;
        Span<char> units = bytes.Length <= 512 ? stackalloc char[512] : (rented = ArrayPool<char>.Shared.Rent(bytes.Length));
        bool whole = TryRead(bytes, units, out int length);
        text = whole ? new string(units[..length]) : "";
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return whole;
    }

    /// <summary>The most bytes that so many UTF-16 units take.</summary>
    public static int MaxLength(int units) => units * SurrogateLength;

    /// <summary>Writes the text; <paramref name="bytes"/> has room for <see cref="MaxLength"/>.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Write(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        int written = 0;
        while (true)
        {
            OperationStatus status = Utf8.FromUtf16(text, bytes[written..], out int read, out int count, replaceInvalidSequences: false, isFinalBlock: true);
            written += count;
            if (status == OperationStatus.Done)
                return written;

            char surrogate = text[read];
            bytes[written] = (byte)(0xE0 | (surrogate >> 12));
            bytes[written + 1] = (byte)(0x80 | ((surrogate >> 6) & 0x3F));
            bytes[written + 2] = (byte)(0x80 | (surrogate & 0x3F));
            written += SurrogateLength;
            text = text[(read + 1)..];
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, Span<char> units, out int length)
    {
        length = 0;
        while (true)
        {
            OperationStatus status = Utf8.ToUtf16(bytes, units[length..], out int read, out int count, replaceInvalidSequences: false, isFinalBlock: true);
            length += count;
            if (status == OperationStatus.Done)
                return true;

            bytes = bytes[read..];
            if (bytes is not [0xED, >= 0xA0 and <= 0xBF, >= 0x80 and <= 0xBF, ..])
                return false;
            char surrogate = (char)(0xD000 | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F));
            // A pair is written as one character, so that this is no text of ours.
            if (char.IsLowSurrogate(surrogate) && count == 0 && length > 0 && char.IsHighSurrogate(units[length - 1]))
                return false;
            units[length++] = surrogate;
            bytes = bytes[SurrogateLength..];
        }
    }
}
