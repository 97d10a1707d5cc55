namespace Larder.Tests.Keys;

/// <summary>The pattern language by the letter of its description: recursion over characters, exponential and obvious.</summary>
internal static class NaiveGlob
{
    public static bool IsMatch(string pattern, string key) => Match(Tokens(pattern), 0, Characters(key), 0);

    private static bool Match(List<(char Kind, List<string> Of)> tokens, int token, List<string> key, int at)
    {
        if (token == tokens.Count)
            return at == key.Count;
        (char kind, List<string> of) = tokens[token];
        if (kind == '*')
            return Match(tokens, token + 1, key, at) || (at < key.Count && Match(tokens, token, key, at + 1));
        return at < key.Count
            && kind switch { '?' => true, '=' => of[0] == key[at], '[' => of.Contains(key[at]), _ => !of.Contains(key[at]) }
            && Match(tokens, token + 1, key, at + 1);
    }

    private static List<(char Kind, List<string> Of)> Tokens(string pattern)
    {
        List<(char, List<string>)> tokens = [];
        string literal = "";
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c is '*' or '?' or '[')
            {
                tokens.AddRange(Characters(literal).Select(x => ('=', new List<string> { x })));
                literal = "";
                int close = c == '[' ? pattern.IndexOf(']', i) : i;
                tokens.Add(c == '[' ? Set(pattern[(i + 1)..close]) : (c, []));
                i = close;
            }
            else
            {
                literal += c == '\\' ? pattern[++i] : c;
            }
        }

        tokens.AddRange(Characters(literal).Select(x => ('=', new List<string> { x })));
        return tokens;
    }

    // Knows only the sets that the tests draw.
    private static (char Kind, List<string> Of) Set(string inside) => inside switch
    {
        "ab" or "a-b" => ('[', ["a", "b"]),
        "!a" => ('!', ["a"]),
        "^😀" => ('!', ["😀"]),
        _ => throw new ArgumentException(inside, nameof(inside)),
    };

    private static List<string> Characters(string text)
    {
        List<string> characters = [];
        for (int i = 0; i < text.Length; i++)
        {
            int width = char.IsSurrogatePair(text, i) ? 2 : 1;
            characters.Add(text.Substring(i, width));
            i += width - 1;
        }

        return characters;
    }
}
