namespace Larder.Keys;

/// <summary>
/// A pattern over keys: <c>*</c> is any characters or none, <c>?</c> one, <c>[abc]</c>, <c>[a-z]</c> one of a set,
/// <c>[!x]</c> or <c>[^x]</c> one outside it, <c>\</c> takes the next character literally. All else is itself; a match
/// is of the whole key, ordinal.
/// </summary>
/// <remarks>
/// <para>A character is a Unicode code point: <c>?</c> takes an emoji whole. A surrogate without its other half counts
/// as a character of its own.</para>
/// <para>Matching is the greedy two-pointer walk: on a mismatch only the latest <c>*</c> takes one character more.
/// That is enough, since a run of single-character tokens that can match early leaves the most for those behind it.
/// Time is at most key length × pattern length, with no recursion and no allocation.</para>
/// </remarks>
internal sealed class GlobPattern
{
    private readonly GlobToken[] _tokens;

    // "head*", the usual pattern, is a comparison of beginnings. A head that ends in half a pair is not:
    // the other half may follow in the key, and then they are one character.
    private readonly bool _isPrefixOnly;

    private GlobPattern(string text, GlobToken[] tokens, string literalPrefix, int literalTokens)
    {
        Text = text;
        _tokens = tokens;
        LiteralPrefix = literalPrefix;
        IsLiteral = literalTokens == tokens.Length;
        _isPrefixOnly = literalTokens == tokens.Length - 1
            && tokens[^1].IsRun
            && (literalPrefix.Length == 0 || !char.IsHighSurrogate(literalPrefix[^1]));
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>The text that every matching key begins with: all before the first wildcard, unescaped.</summary>
    public string LiteralPrefix { get; }

    /// <summary>Whether there is no wildcard, and the one matching key is <see cref="LiteralPrefix"/>.</summary>
    public bool IsLiteral { get; }

    /// <summary>Whether every key matches.</summary>
    public bool MatchesEverything => _isPrefixOnly && LiteralPrefix.Length == 0;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">The pattern is malformed; the message says where.</exception>
    public static GlobPattern Parse(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        GlobToken[] tokens = new GlobParser(pattern).Parse(out string literalPrefix, out int literalTokens);
        return new GlobPattern(pattern, tokens, literalPrefix, literalTokens);
    }

    /// <summary>Whether the whole key matches.</summary>
    public bool IsMatch(ReadOnlySpan<char> key)
    {
        if (IsLiteral)
            return key.SequenceEqual(LiteralPrefix);
        if (!key.StartsWith(LiteralPrefix, StringComparison.Ordinal))
            return false;
        return _isPrefixOnly || IsMatch(_tokens, key);
    }

    /// <summary>Whether some key that begins with <paramref name="head"/> could match.</summary>
    public bool CanMatchAfter(ReadOnlySpan<char> head)
    {
        // The other half of a pair may follow in the whole key.
        if (!head.IsEmpty && char.IsHighSurrogate(head[^1]))
            head = head[..^1];

        foreach (GlobToken token in _tokens)
        {
            // A run takes all the rest, and what follows it in the pattern can follow in the key.
            if (head.IsEmpty || token.IsRun)
                return true;
            int width = CodePoint.Read(head, out int character);
            if (!token.Accepts(character))
                return false;
            head = head[width..];
        }

        return head.IsEmpty;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool IsMatch(GlobToken[] tokens, ReadOnlySpan<char> key)
    {
        int token = 0, at = 0;
        int afterRun = -1, runEnd = 0;
        while (at < key.Length)
        {
            if (token < tokens.Length && tokens[token].IsRun)
            {
                afterRun = ++token;
                runEnd = at;
                if (token == tokens.Length)
                    return true;
                continue;
            }

            int width = CodePoint.Read(key[at..], out int character);
            if (token < tokens.Length && tokens[token].Accepts(character))
            {
                token++;
                at += width;
            }
            else if (afterRun >= 0)
            {
                token = afterRun;
                runEnd += CodePoint.Read(key[runEnd..], out _);
                at = runEnd;
            }
            else
            {
                return false;
            }
        }

        while (token < tokens.Length && tokens[token].IsRun)
            token++;
        return token == tokens.Length;
    }
}
