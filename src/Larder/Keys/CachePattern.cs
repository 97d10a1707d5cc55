using System.Buffers;
using System.Text;

namespace Larder;

/// <summary>The pattern language of <see cref="ICache.RemoveByPatternAsync"/>.</summary>
public static class CachePattern
{
    private static readonly SearchValues<char> Special = SearchValues.Create("*?[]\\");

    /// <summary>Escapes text, so that it stands for itself inside a pattern: <c>RemoveByPattern($"user:{CachePattern.Escape(name)}:*")</c>.</summary>
    /// <param name="text">Any text, such as what a user typed.</param>
    /// <returns>The text with a <c>\</c> in front of each <c>* ? [ ] \</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAny(Special))
            return text;

        var escaped = new StringBuilder(text.Length + 8);
        foreach (char c in text)
        {
            if (Special.Contains(c))
                escaped.Append('\\');
            escaped.Append(c);
        }

        return escaped.ToString();
    }
}
