using System.Text;

namespace Larder.Keys;

/// <summary>Reads the text of a <see cref="GlobPattern"/>, once.</summary>
internal ref struct GlobParser
{
    private readonly string _pattern;
    private readonly List<GlobToken> _tokens = [];
    private readonly StringBuilder _literal = new();
    private string? _literalPrefix;
    private int _literalTokens;
    private int _at;

    public GlobParser(string pattern) => _pattern = pattern;

    private readonly bool AtEnd => _at == _pattern.Length;

    public GlobToken[] Parse(out string literalPrefix, out int literalTokens)
    {
        while (!AtEnd)
        {
            switch (_pattern[_at])
            {
                case '*':
                    _at++;
                    AddWildcard(GlobToken.Run);
                    break;
                case '?':
                    _at++;
                    AddWildcard(GlobToken.Any);
                    break;
                case '[':
                    AddWildcard(ParseSet());
                    break;
                default:
                    _literal.Append(NextUnit());
                    break;
            }
        }

        EndLiteral();
        literalPrefix = _literalPrefix ?? "";
        literalTokens = _literalTokens;
        return [.. _tokens];
    }

    // Literal text is gathered first and read as characters afterwards, so that the halves of a pair that are
    // escaped one by one are still one character, as they are in the key.
    private void EndLiteral()
    {
        bool isFirst = _tokens.Count == 0;
        string text = _literal.ToString();
        _literal.Clear();
        for (int i = 0; i < text.Length;)
        {
            i += CodePoint.Read(text.AsSpan(i), out int character);
            _tokens.Add(GlobToken.Literal(character));
        }

        if (isFirst && _literalPrefix is null)
        {
            _literalPrefix = text;
            _literalTokens = _tokens.Count;
        }
    }

    private void AddWildcard(GlobToken token)
    {
        EndLiteral();
        if (!token.IsRun || _tokens.Count == 0 || !_tokens[^1].IsRun)
            _tokens.Add(token);
    }

    private char NextUnit()
    {
        if (_pattern[_at] == '\\' && ++_at == _pattern.Length)
            throw Malformed(_at - 1, "a '\\' at the end escapes nothing; write '\\\\' for the character itself");
        return _pattern[_at++];
    }

    private GlobToken ParseSet()
    {
        int start = _at++;
        bool negated = !AtEnd && _pattern[_at] is '!' or '^';
        if (negated)
            _at++;

        List<(int First, int Last)> ranges = [];
        while (true)
        {
            if (AtEnd)
                throw Malformed(start, "the '[' is never closed; write '\\[' for the character itself");
            if (_pattern[_at] == ']')
                break;
            ranges.Add(ParseRange());
        }

        _at++;
        if (ranges.Count == 0)
            throw Malformed(start, "the set is empty; write '\\]' for a ']' in it");
        return GlobToken.Set([.. ranges], negated);
    }

    private (int First, int Last) ParseRange()
    {
        int start = _at;
        int first = NextCharacter();

        // A '-' that is last in the set, like one that is first, is itself.
        if (_at + 1 >= _pattern.Length || _pattern[_at] != '-' || _pattern[_at + 1] == ']')
            return (first, first);

        _at++;
        int last = NextCharacter();
        if (last < first)
            throw Malformed(start, "the range ends before it begins");
        return (first, last);
    }

    private int NextCharacter()
    {
        char unit = NextUnit();
        if (!char.IsHighSurrogate(unit) || AtEnd || !char.IsLowSurrogate(_pattern[_at]))
            return unit;
        return char.ConvertToUtf32(unit, _pattern[_at++]);
    }

    private readonly FormatException Malformed(int position, string why) =>
        new($"The pattern '{_pattern}' is malformed at position {position}: {why}.");
}
