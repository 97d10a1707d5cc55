using System.Diagnostics;
using Larder.Keys;

namespace Larder.Tests.Keys;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("user:*", "user:", true)]
    [InlineData("user:*", "user:42:name", true)]
    [InlineData("user:*", "users:42", false)]
    [InlineData("*:name", "user:42:name", true)]
    [InlineData("*:name", "user:42:names", false)]
    [InlineData("user:*:name", "user:1:2:name", true)]
    [InlineData("user:*:name", "user:name", false)]
    [InlineData("*", "", true)]
    [InlineData("**", "anything", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("?", "a", true)]
    [InlineData("?", "", false)]
    [InlineData("?", "ab", false)]
    [InlineData("?", "😀", true)]
    [InlineData("??", "😀", false)]
    [InlineData("[😀]", "😀", true)]
    [InlineData("[!😀]", "😀", false)]
    [InlineData("*[!😀]", "😀", false)]
    [InlineData("[😀-😂]", "😁", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[!a-c]", "d", true)]
    [InlineData("[^a-c]", "b", false)]
    [InlineData("[a^]", "^", true)]
    [InlineData("[a!]", "!", true)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[a\\-c]", "b", false)]
    [InlineData("[a\\-c]", "-", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[[]", "[", true)]
    [InlineData("[*]", "*", true)]
    [InlineData("[*]", "a", false)]
    [InlineData("a]", "a]", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("\\a\\\\", "a\\", true)]
    [InlineData("A", "a", false)]
    [InlineData("é", "e\u0301", false)]
    [InlineData("a\0*", "a\0b", true)]
    public void Pattern_matches_as_documented(string pattern, string key, bool matches) =>
        Assert.Equal(matches, GlobPattern.Parse(pattern).IsMatch(key));

    // Not inline data: attributes keep text as UTF-8, which has no half pairs.
    [Fact]
    public void Half_a_pair_in_a_pattern_matches_only_half_a_pair_in_a_key()
    {
        Assert.False(GlobPattern.Parse("\uD83D*").IsMatch("😀"));
        Assert.True(GlobPattern.Parse("\uD83D*").IsMatch("\uD83Dx"));
        Assert.False(GlobPattern.Parse("*\uDE00").IsMatch("😀"));
        Assert.True(GlobPattern.Parse("\uD83D\\\uDE00").IsMatch("😀"));
        Assert.True(GlobPattern.Parse("\uD83D\\\uDE00*").IsMatch("😀x"));
    }

    [Theory]
    [InlineData("user:\\", 5)]
    [InlineData("user:[a", 5)]
    [InlineData("[", 0)]
    [InlineData("[]", 0)]
    [InlineData("a[!]", 1)]
    [InlineData("x[z-a]", 2)]
    [InlineData("[ab\\", 3)]
    [InlineData("[a-\\", 3)]
    [InlineData("[a-", 0)]
    public void Malformed_pattern_is_refused_with_its_position(string pattern, int position)
    {
        var exception = Assert.Throws<FormatException>(() => GlobPattern.Parse(pattern));
        Assert.Contains($"'{pattern}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"position {position}:", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user:*", "user:", false)]
    [InlineData("user:42", "user:42", true)]
    [InlineData("user\\*?x", "user*", false)]
    [InlineData("[a]b", "", false)]
    [InlineData("*", "", false)]
    [InlineData("", "", true)]
    [InlineData("\\[x\\]", "[x]", true)]
    public void Literal_head_is_what_stands_before_the_first_wildcard(string pattern, string head, bool literal)
    {
        GlobPattern parsed = GlobPattern.Parse(pattern);
        Assert.Equal(head, parsed.LiteralPrefix);
        Assert.Equal(literal, parsed.IsLiteral);
        Assert.Equal(pattern is "*", parsed.MatchesEverything);
    }

    [Fact]
    public void Matching_agrees_with_a_naive_matcher()
    {
        var random = new Random(11);
        int matches = 0;
        for (int i = 0; i < 60_000; i++)
        {
            string pattern = Draw(random, ["a", "b", "*", "?", "[ab]", "[!a]", "[^😀]", "[a-b]", "\\*", "\\a", "😀", "\uD83D", "\\\uDE00", "\uDE00"], 6);
            string key = Draw(random, ["a", "b", "*", "😀", "\uD83D", "\uDE00"], 6);
            bool expected = NaiveGlob.IsMatch(pattern, key);
            Assert.True(expected == GlobPattern.Parse(pattern).IsMatch(key), $"pattern <{Show(pattern)}> key <{Show(key)}> expected {expected}");
            matches += expected ? 1 : 0;
        }

        Assert.True(matches > 1_000, "The test must see matches, too.");
    }

    [Fact]
    public void Every_match_lies_under_the_scan_prefix()
    {
        const string Partition = "app:c:global:~:~:";
        var random = new Random(12);
        for (int i = 0; i < 60_000; i++)
        {
            GlobPattern pattern = GlobPattern.Parse(Draw(random, ["a", ":", "*", "?", "[ab]", "\\*", "😀", "\uD83D", "\\\uDE00"], 5));
            string key = Draw(random, ["a", ":", "*", "😀", "\uD83D", "\uDE00"], 5);
            if (!pattern.IsMatch(key))
                continue;
            string stored = StoredKey.Combine(Partition, key);
            Assert.StartsWith(StoredKey.ScanPrefix(Partition, pattern.LiteralPrefix), stored, StringComparison.Ordinal);
            Assert.True(StoredKey.Matches(stored, Partition, pattern));
        }
    }

    [Fact]
    public void Cut_key_matches_whenever_its_whole_key_does()
    {
        const string Partition = "app:c:global:~:~:";
        var text = new HostileText(13);
        var random = new Random(13);
        for (int i = 0; i < 2_000; i++)
        {
            string key = text.LongText();
            string pattern = CachePattern.Escape(key[..random.Next(key.Length)]) + (random.Next(2) == 0 ? "*" : "?*");
            string stored = StoredKey.Combine(Partition, key);
            if (GlobPattern.Parse(pattern).IsMatch(key))
                Assert.True(StoredKey.Matches(stored, Partition, GlobPattern.Parse(pattern)));
            Assert.False(StoredKey.Matches(stored, Partition, GlobPattern.Parse(CachePattern.Escape(key[..5]) + "\u0001*")));
            Assert.False(StoredKey.Matches(stored, Partition, GlobPattern.Parse("short")));
            Assert.False(StoredKey.Matches(stored, "app:d:global:~:~:", GlobPattern.Parse("*")));
        }
    }

    [Fact]
    public void Beginning_can_match_exactly_when_a_continuation_does()
    {
        var random = new Random(14);
        string[] continuations = [.. Words(["a", "b", "😀"], 4)];
        for (int i = 0; i < 3_000; i++)
        {
            string pattern = Draw(random, ["a", "b", "*", "?", "[ab]", "[!a]", "😀"], 4);
            string head = Draw(random, ["a", "b", "😀"], 4);
            GlobPattern parsed = GlobPattern.Parse(pattern);
            bool expected = continuations.Any(rest => NaiveGlob.IsMatch(pattern, head + rest));
            Assert.True(expected == parsed.CanMatchAfter(head), $"pattern <{pattern}> head <{head}> expected {expected}");
        }
    }

    [Fact]
    public void Escaped_text_matches_itself_and_nothing_else()
    {
        var text = new HostileText(15);
        for (int i = 0; i < 10_000; i++)
        {
            string key = text.Text(), other = text.Text();
            GlobPattern pattern = GlobPattern.Parse(CachePattern.Escape(key));
            Assert.True(pattern.IsLiteral);
            Assert.Equal(key, pattern.LiteralPrefix);
            Assert.True(pattern.IsMatch(key));
            Assert.Equal(key == other, pattern.IsMatch(other));
        }
    }

    [Fact]
    public void Many_stars_against_a_long_key_take_no_exponential_time()
    {
        GlobPattern pattern = GlobPattern.Parse(string.Concat(Enumerable.Repeat("a*", 50)) + "b");
        string key = new('a', 20_000);
        var watch = Stopwatch.StartNew();
        Assert.False(pattern.IsMatch(key));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}");
    }

    private static string Draw(Random random, string[] pieces, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(most + 1)).Select(_ => pieces[random.Next(pieces.Length)]));

    private static IEnumerable<string> Words(string[] letters, int most) =>
        most == 0 ? [""] : Words(letters, most - 1).SelectMany(word => letters.Select(letter => word + letter)).Concat(Words(letters, most - 1)).Distinct();

    private static string Show(string text) => string.Concat(text.Select(c => c < 0x80 ? c.ToString() : $"\\u{(int)c:X4}"));
}
