using System.Buffers;

namespace Larder.Keys;

/// <summary>
/// Writes any text with ASCII letters, digits and <c>- _ . / @ +</c> only, and reads it back.
/// </summary>
/// <remarks>
/// <para>Every other character below U+0080 becomes <c>%XX</c>, every UTF-16 code unit from there on <c>%uXXXX</c>,
/// in upper-case hex. A separator, glob, hash-tag, quote, white-space or control character never appears raw.</para>
/// <para>Invariants: each code unit is escaped by itself, whatever stands beside it, so the escaped form of a text's
/// beginning is the beginning of its escaped form, and a lone surrogate is as good as any character. No code unit's
/// form begins another's, so two texts never share a form. Only that one form is read back.</para>
/// </remarks>
internal static class KeyEscape
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./@+";
    private const int ShortForm = 3;
    private const int LongForm = 6;

    /// <summary>The characters that stand for themselves.</summary>
    private static readonly SearchValues<char> Raw = SearchValues.Create(Alphabet);

    /// <summary>Whether the text is its own escaped form.</summary>
    public static bool IsRaw(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Raw);

    /// <summary>The number of characters that <see cref="Write"/> writes.</summary>
    public static long LengthOf(ReadOnlySpan<char> text)
    {
        long length = text.Length;
        for (int at = text.IndexOfAnyExcept(Raw); at >= 0 && at < text.Length; at++)
            length += WidthOf(text[at]) - 1;
        return length;
    }

    /// <summary>Writes the escaped form of as many whole code units as <paramref name="destination"/> has room for.</summary>
    /// <returns>The number of characters written.</returns>
    public static int Write(ReadOnlySpan<char> text, Span<char> destination)
    {
        int written = 0;
        foreach (char c in text)
        {
            int width = WidthOf(c);
            if (destination.Length - written < width)
                break;
            WriteOne(c, width, destination.Slice(written, width));
            written += width;
        }

        return written;
    }

    /// <summary>Reads an escaped form back.</summary>
    /// <returns><see langword="false"/> when it is not the escaped form of any text.</returns>
    public static bool TryRead(ReadOnlySpan<char> escaped, out string text)
    {
        if (IsRaw(escaped))
        {
            text = escaped.ToString();
            return true;
        }

        char[] buffer = ArrayPool<char>.Shared.Rent(escaped.Length);
        try
        {
            int length = 0;
            while (!escaped.IsEmpty)
            {
                if (!TryReadOne(escaped, out buffer[length], out int width))
                {
                    text = "";
                    return false;
                }

                length++;
                escaped = escaped[width..];
            }

            text = new string(buffer, 0, length);
            return true;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static int WidthOf(char c) => Raw.Contains(c) ? 1 : char.IsAscii(c) ? ShortForm : LongForm;

    private static void WriteOne(char c, int width, Span<char> destination)
    {
        if (width == 1)
        {
            destination[0] = c;
            return;
        }

        destination[0] = '%';
        if (width == LongForm)
            destination[1] = 'u';
        for (int i = width - 1, rest = c; i >= width - (width == LongForm ? 4 : 2); i--, rest >>= 4)
            destination[i] = "0123456789ABCDEF"[rest & 0xF];
    }

    private static bool TryReadOne(ReadOnlySpan<char> escaped, out char c, out int width)
    {
        c = escaped[0];
        width = 1;
        if (Raw.Contains(c))
            return true;
        if (c != '%' || escaped.Length < ShortForm)
            return false;

        width = escaped[1] == 'u' ? LongForm : ShortForm;
        if (escaped.Length < width)
            return false;

        int value = 0;
        foreach (char digit in escaped[(width == LongForm ? 2 : 1)..width])
        {
            if (!char.IsAsciiHexDigitUpper(digit))
                return false;
            value = (value << 4) | (digit <= '9' ? digit - '0' : digit - 'A' + 10);
        }

        c = (char)value;
        return WidthOf(c) == width;
    }
}
