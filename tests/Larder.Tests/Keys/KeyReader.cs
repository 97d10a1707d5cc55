using System.Globalization;

namespace Larder.Tests.Keys;

/// <summary>
/// Reads a key's values back, by the description in docs/keys.md alone. That it can is the proof that no two lists of
/// values share a text.
/// </summary>
internal sealed class KeyReader(string text)
{
    private int _at;

    public List<object?> ReadAll()
    {
        List<object?> values = [];
        while (_at < text.Length)
            values.Add(ReadValue());
        return values;
    }

    private object? ReadValue()
    {
        Assert.Equal('/', text[_at++]);
        int tagEnd = _at;
        while (tagEnd < text.Length && char.IsAsciiLetterOrDigit(text[tagEnd]))
            tagEnd++;
        string tag = text[_at..tagEnd];
        _at = tagEnd;
        switch (tag)
        {
            case "null": return null;
            case "true": return true;
            case "false": return false;
            case "end": return End.Instance;
            case "t" or "l": return (tag, Values: ReadUntilEnd());
            case "c": return Take(2)[1];
            case "i32": return int.Parse(ReadContent(), CultureInfo.InvariantCulture);
            case "i64": return long.Parse(ReadContent(), CultureInfo.InvariantCulture);
            case "f64": return double.Parse(ReadContent(), CultureInfo.InvariantCulture);
            case "guid": return Guid.Parse(ReadContent());
            default:
                int digits = tag.IndexOfAny([.. "0123456789"]);
                string content = Take(int.Parse(tag.AsSpan(digits), CultureInfo.InvariantCulture) + 1)[1..];
                return tag[..digits] switch
                {
                    "s" => content,
                    "o" => (content, Values: ReadUntilEnd()),
                    _ => throw new FormatException($"tag {tag} at {_at}"),
                };
        }
    }

    private List<object?> ReadUntilEnd()
    {
        List<object?> values = [];
        while (true)
        {
            object? value = ReadValue();
            if (value is End)
                return values;
            values.Add(value);
        }
    }

    private string ReadContent()
    {
        int end = text.IndexOf('/', _at);
        return Take((end < 0 ? text.Length : end) - _at)[1..];
    }

    private string Take(int length)
    {
        _at += length;
        return text.Substring(_at - length, length);
    }

    private sealed class End
    {
        public static readonly End Instance = new();
    }
}
