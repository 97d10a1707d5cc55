namespace Larder.Tests.Keys;

/// <summary>Text that tries to break keys apart: separators, escapes, globs, halves of pairs, marks that change what is seen.</summary>
internal sealed class HostileText(int seed)
{
    private static readonly string[] Pieces =
    [
        "a", "b", "Z", "0", "9", "-", "_", ".", "/", "@", "+", "~", "#", "!", ":", "::", "*", "?", "[", "]", "^", "\\", "{", "}", "%", "%%", "%3A", "%u003A", "%u", "%00",
        "\0", "\t", "\r\n", " ", "\u00A0", "\"", "'", "`", "$", "&", ";", ",", "(", ")", "=", "<", ">", "|", "global", "null", "~:~", "!epoch:all", "s1_a",
        "é", "e\u0301", "\u0130", "\u0131", "ß", "\u202E", "\u200F", "\u200B", "\uFEFF", "\uFFFD", "\uFFFF", "中", "😀", "👩‍👩‍👧", "\uD83D", "\uDE00", "\uDBFF", "\uDC00",
    ];

    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    /// <summary>Some pieces; the text may be empty, or equal to an earlier one.</summary>
    public string Text(int mostPieces = 6) => string.Concat(Enumerable.Range(0, _random.Next(mostPieces + 1)).Select(_ => Piece()));

    /// <summary>Text made of three different pieces only, so that equal texts and near misses are common.</summary>
    public string Similar() => string.Concat(Enumerable.Range(0, _random.Next(4)).Select(_ => ":%\uD83D"[_random.Next(3)]));

    public string? TextOrNull() => _random.Next(5) == 0 ? null : Text();

    /// <summary>Text that is too long to be kept whole.</summary>
    public string LongText() => new string((char)_random.Next(0x10000), _random.Next(80, 400)) + Text() + new string('x', _random.Next(400, 700));

    private string Piece() => _random.Next(8) == 0 ? ((char)_random.Next(0x10000)).ToString() : Pieces[_random.Next(Pieces.Length)];
}
