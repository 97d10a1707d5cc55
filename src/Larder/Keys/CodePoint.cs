namespace Larder.Keys;

/// <summary>Reads text as code points; a surrogate without its other half counts as one.</summary>
internal static class CodePoint
{
    /// <summary>Reads the first code point of a text that is not empty.</summary>
    /// <returns>The number of UTF-16 code units that it takes: 1 or 2.</returns>
    public static int Read(ReadOnlySpan<char> text, out int value)
    {
        value = text[0];
        if (!char.IsHighSurrogate(text[0]) || text.Length == 1 || !char.IsLowSurrogate(text[1]))
            return 1;
        value = char.ConvertToUtf32(text[0], text[1]);
        return 2;
    }
}
