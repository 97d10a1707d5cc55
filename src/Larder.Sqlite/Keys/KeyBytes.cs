using System.Buffers;
using System.Text;

namespace Larder.Sqlite.Keys;

/// <summary>
/// Every string as bytes and back, without loss: each UTF-16 unit by itself as UTF-8 would write a character of that number
/// (CESU-8, https://www.unicode.org/reports/tr26, with surrogates that stand alone as well).
/// </summary>
/// <remarks>
/// Unlike UTF-8, in which a pair of surrogates is one character: one string begins with another exactly when its bytes begin with
/// the other's bytes, and bytes have the strings' ordinal order. So a prefix, even one that ends within a pair, is a range of an index. Plain text
/// can be read in the file.
/// </remarks>
internal static class KeyBytes
{
    private const int BytesPerUnit = 3;

    /// <summary>The most bytes that so many UTF-16 units take.</summary>
    public static int MaxLength(int units) => checked(units * BytesPerUnit);

    public static byte[] Of(string text)
    {
        byte[]? rented = null;
        Span<byte> bytes = text.Length <= 256 ? stackalloc byte[256 * BytesPerUnit] : (rented = ArrayPool<byte>.Shared.Rent(MaxLength(text.Length)));
        byte[] result = bytes[..Write(text, bytes)].ToArray();
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return result;
    }

    /// <summary>Writes the text; <paramref name="bytes"/> has room for <see cref="MaxLength"/>.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Write(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        int written = 0;
        while (true)
        {
            int plain = text.IndexOfAnyInRange('\uD800', '\uDFFF');
            if (plain < 0)
                return written + Encoding.UTF8.GetBytes(text, bytes[written..]);
            written += Encoding.UTF8.GetBytes(text[..plain], bytes[written..]);
            char surrogate = text[plain];
            bytes[written++] = 0xED;
            bytes[written++] = (byte)(0x80 | ((surrogate >> 6) & 0x3F));
            bytes[written++] = (byte)(0x80 | (surrogate & 0x3F));
            text = text[(plain + 1)..];
        }
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <returns><see langword="false"/> for bytes that it never writes.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        char[]? rented = null;
        Span<char> units = bytes.Length <= 512 ? stackalloc char[512] : (rented = ArrayPool<char>.Shared.Rent(bytes.Length));
        bool whole = TryRead(bytes, units, out int length);
        if (whole)
            text = new string(units[..length]);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return whole;
    }

    /// <summary>The least bytes that are greater than all that begin with <paramref name="prefix"/>; none for no prefix, which has no end.</summary>
    public static byte[]? EndOf(ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty)
            return null;
        byte[] end = prefix.ToArray();
        end[^1]++; // No byte of a key is 0xFF.
        return end;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, Span<char> units, out int length)
    {
        length = 0;
        while (!bytes.IsEmpty)
        {
            byte first = bytes[0];
            int size = first < 0x80 ? 1 : first is >= 0xC2 and < 0xE0 ? 2 : first is >= 0xE0 and < 0xF0 ? 3 : 0;
            if (size == 0 || bytes.Length < size || bytes[1..size].ContainsAnyExceptInRange((byte)0x80, (byte)0xBF))
                return false;
            int unit = size switch
            {
                1 => first,
                2 => ((first & 0x1F) << 6) | (bytes[1] & 0x3F),
                _ => ((first & 0x0F) << 12) | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F),
            };
            if (size == 3 && unit < 0x800)
                return false;
            units[length++] = (char)unit;
            bytes = bytes[size..];
        }

        return true;
    }
}
