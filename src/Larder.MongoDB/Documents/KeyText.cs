using System.Text;

namespace Larder.MongoDB.Documents;

/// <summary>
/// Every string as a BSON text and back, without loss. BSON texts are UTF-8, and tools stop at a NUL: a surrogate that stands
/// alone, a NUL, and the mark itself are written as the mark U+001A (substitute) and four upper-case hexadecimal digits.
/// </summary>
/// <remarks>
/// Two strings are the same exactly when their escaped forms are. The escaped form of a string's beginning is the beginning of
/// its escaped form, unless the beginning ends between two surrogates.
/// </remarks>
internal static class KeyText
{
    private const char Mark = '\u001A';
    private const int Digits = 4;

    public static string Escape(string text)
    {
        if (IsPlain(text))
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                escaped.Append(c).Append(text[++i]);
            else if (c is Mark or '\0' || char.IsSurrogate(c))
                escaped.Append(Mark).Append(((int)c).ToString("X4", System.Globalization.CultureInfo.InvariantCulture));
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <returns><see langword="false"/> for what <see cref="Escape"/> never writes.</returns>
    public static bool TryUnescape(string escaped, out string text)
    {
        text = escaped;
        if (!escaped.Contains(Mark, StringComparison.Ordinal))
            return true;
        var plain = new StringBuilder(escaped.Length);
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != Mark)
            {
                plain.Append(escaped[i]);
                continue;
            }

            if (i + Digits >= escaped.Length || !TryReadUnit(escaped.AsSpan(i + 1, Digits), out char unit))
                return false;
            plain.Append(unit);
            i += Digits;
        }

        text = plain.ToString();
        return Escape(text) == escaped; // Only one form is ours.
    }

    // Lone surrogates are found by what UTF-16 allows; the rest by looking.
    private static bool IsPlain(string text)
    {
        if (text.AsSpan().ContainsAny(Mark, '\0'))
            return false;
        for (int i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    private static bool TryReadUnit(ReadOnlySpan<char> digits, out char unit)
    {
        int value = 0;
        foreach (char digit in digits)
        {
            if (!char.IsAsciiHexDigitUpper(digit))
            {
                unit = default;
                return false;
            }

            value = (value << 4) | (digit <= '9' ? digit - '0' : digit - 'A' + 10);
        }

        unit = (char)value;
        return true;
    }
}
