using System.Globalization;
using System.Text;

namespace Larder.MongoDB.Authentication;

/// <summary>Prepares a password (SASLprep, RFC 4013), so that it is the same however it was typed.</summary>
/// <remarks>
/// Spaces of other scripts become plain ones, characters that print nothing are left out, the rest is normalized to form KC,
/// and control characters are refused. Unassigned characters are let pass and the rule for mixed writing directions is not
/// checked: both only refuse passwords. Where the runtime cannot normalize (invariant globalization), the text is taken as it is.
/// </remarks>
internal static class SaslPrep
{
    /// <exception cref="FormatException">The text has a character that no password may have.</exception>
    public static string Prepare(string text)
    {
        if (Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.Contains('\u007F', StringComparison.Ordinal))
            return text;

        var prepared = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsNothing(rune.Value))
                continue;
            if (rune.Value != ' ' && Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator)
                prepared.Append(' ');
            else
                prepared.Append(rune);
        }

        string normalized = Normalize(prepared.ToString());
        foreach (Rune rune in normalized.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                throw new FormatException($"The password has the character U+{rune.Value:X4}, which no password may have (RFC 4013).");
        }

        return normalized;
    }

    // RFC 3454, table B.1.
    private static bool IsNothing(int c) =>
        c is 0x00AD or 0x034F or 0x1806 or (>= 0x180B and <= 0x180D) or (>= 0x200B and <= 0x200D) or 0x2060 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF;

    private static string Normalize(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC);
        }
        catch (PlatformNotSupportedException)
        {
            return text;
        }
    }
}
