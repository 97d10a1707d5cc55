namespace Larder.MongoDB.Documents;

/// <summary>Which ids can belong to keys that begin with a prefix: servers compare texts by their UTF-8 bytes, which is by code points.</summary>
/// <param name="From">The first of them.</param>
/// <param name="To">The first after them; <see langword="null"/> when there is no end.</param>
internal readonly record struct KeyRange(string From, string? To)
{
    /// <summary>The range of a prefix, or a little more: a surrogate at its end may be half of a character or alone.</summary>
    public static KeyRange Of(string prefix)
    {
        string from = KeyText.Escape(prefix.Length > 0 && char.IsHighSurrogate(prefix[^1]) ? prefix[..^1] : prefix);
        return new KeyRange(from, After(from));
    }

    // The least text after all that begin with this one: its last code point raised by one.
    private static string? After(string text)
    {
        const int Last = 0x10FFFF;
        while (text.Length > 0)
        {
            int width = char.IsLowSurrogate(text[^1]) ? 2 : 1;
            int code = char.ConvertToUtf32(text, text.Length - width);
            text = text[..^width];
            if (code == Last)
                continue;
            int next = code + 1 == char.MinValue + 0xD800 ? 0xE000 : code + 1;
            return text + char.ConvertFromUtf32(next);
        }

        return null;
    }
}
