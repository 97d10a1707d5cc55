namespace Larder.Conformance;

/// <summary>Keys that stores are tempted to trim, fold, normalize, cut, interpret or collide. All are different, ordinally.</summary>
public static class HostileKeys
{
    private static readonly Dictionary<string, string> ByName = new()
    {
        ["empty"] = "",
        ["space"] = " ",
        ["lower case"] = "a",
        ["upper case"] = "A",
        ["leading space"] = " a",
        ["trailing space"] = "a ",
        ["trailing newline"] = "a\n",
        ["CR LF"] = "a\r\nSET b c\r\n",
        ["tab"] = "a\tb",
        ["NUL"] = "\0",
        ["trailing NUL"] = "a\0",
        ["NUL inside"] = "a\0b",
        ["byte order mark"] = "\uFEFFa",
        ["zero-width joiner"] = "a\u200D",
        ["right-to-left override"] = "\u202Eabc",
        ["glob star"] = "*",
        ["glob question mark"] = "?",
        ["glob set"] = "[a-z]",
        ["backslash"] = @"\",
        ["SQL wildcards"] = "%_",
        ["SQL injection"] = "'; DROP TABLE larder; --",
        ["double quote"] = "\"",
        ["operator"] = "$gt",
        ["field path"] = "$.a[0]",
        ["parameter"] = "$1",
        ["placeholder"] = "{0}",
        ["hash tag"] = "{a}b",
        ["separators"] = "::a::",
        ["path"] = "../../etc/passwd",
        ["number"] = "0",
        ["null in words"] = "null",
        ["prototype"] = "__proto__",
        ["composed"] = "\u00E9",
        ["decomposed"] = "e\u0301",
        ["kelvin sign"] = "\u212A",
        ["dotted capital i"] = "\u0130",
        ["sharp s"] = "stra\u00DFe",
        ["double s"] = "strasse",
        ["full-width a"] = "\uFF41",
        ["emoji"] = "\U0001F600",
        ["emoji with skin tone"] = "\U0001F44D\U0001F3FD",
        ["lone high surrogate"] = "\uD800",
        ["another lone high surrogate"] = "\uD801",
        ["lone low surrogate"] = "\uDC00",
        ["surrogates swapped"] = "\uDE00\uD83D",
        ["lone surrogate inside"] = "a\uD800b",
        ["replacement character"] = "\uFFFD",
        ["no character"] = "\uFFFF",
        ["every byte value"] = string.Concat(Enumerable.Range(0, 256).Select(i => (char)i)),
        ["every byte value, the other way round"] = string.Concat(Enumerable.Range(0, 256).Reverse().Select(i => (char)i)),
        ["SQL comment"] = "a/*",
        ["SQL always true"] = "a' OR '1'='1",
        ["LIKE escape"] = "a\\%",
        ["operator expression"] = "{\"$where\":\"1\"}",
        ["dotted"] = "a.b.$",
        ["format"] = "%s%n",
        ["one emoji of many units"] = "\U0001F468\u200D\U0001F469\u200D\U0001F467",
        ["64 KiB of NUL"] = new string('\0', 64 * 1024),
        ["64 KiB of lone surrogates"] = new string('\uDC00', 64 * 1024),
        ["64 KiB"] = new string('x', 64 * 1024),
        ["64 KiB, other end"] = new string('x', (64 * 1024) - 1) + 'y',
        ["64 KiB, one shorter"] = new string('x', (64 * 1024) - 1),
        ["64 KiB of emoji"] = string.Concat(Enumerable.Repeat("\U0001F600", 16 * 1024)),
    };

    /// <summary>What to call each in a test's name: some keys cannot be printed, and some runners cannot carry them.</summary>
    public static TheoryData<string> Names => [.. ByName.Keys];

    public static IReadOnlyCollection<string> All => ByName.Values;

    public static string Named(string name) => ByName[name];
}
