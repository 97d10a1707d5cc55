using Larder.Conformance;
using Larder.MongoDB.Documents;

namespace Larder.MongoDB.Tests.Documents;

public sealed class KeyTextTests
{
    private static readonly string[] Units = ["\0", "\u001A", "a", "0", "A", "\u00E9", "\u2606", "\uD7FF", "\uD800", "\uDBFF", "\uDC00", "\uDFFF", "\uE000", "\uFFFF"];

    [Fact]
    public void Only_what_a_document_cannot_hold_is_escaped()
    {
        // Attributes carry no lone surrogates.
        (string Text, string Escaped)[] forms =
        [
            ("plain:text/%uD800", "plain:text/%uD800"),
            ("\U0001F600", "\U0001F600"),
            ("a\0b", "a\u001A0000b"),
            ("\u001A", "\u001A001A"),
            ("\uD800", "\u001AD800"),
            ("\uDE00\uD83D", "\u001ADE00\u001AD83D"),
            ("\uD83D\uD83D\uDE00", "\u001AD83D\U0001F600"),
        ];

        Assert.All(forms, form => Assert.Equal(form.Escaped, KeyText.Escape(form.Text)));
    }

    [Fact]
    public void Every_text_comes_back_and_no_two_share_a_form()
    {
        var forms = new HashSet<string>(StringComparer.Ordinal);
        foreach (string text in (string[])[.. HostileKeys.All, .. from a in Units from b in Units from c in Units select a + b + c])
        {
            string escaped = KeyText.Escape(text);
            Assert.True(forms.Add(escaped));
            Assert.True(KeyText.TryUnescape(escaped, out string back));
            Assert.Equal(text, back);
            Assert.True(System.Text.Unicode.Utf8.IsValid(System.Text.Encoding.UTF8.GetBytes(escaped)) && !escaped.Contains('\0') && !escaped.Contains('\uFFFD') | text.Contains('\uFFFD'));
        }
    }

    [Theory]
    [InlineData("\u001A")]
    [InlineData("\u001A000")]
    [InlineData("\u001A0041")] // A letter needs no escape.
    [InlineData("\u001Ad800")]
    [InlineData("\u001AD83D\u001ADE00")] // Together they are a character.
    public void What_is_never_written_is_not_read(string escaped) => Assert.False(KeyText.TryUnescape(escaped, out _));

    [Fact]
    public void Range_of_a_prefix_holds_all_that_begin_with_it()
    {
        string[] texts = [.. from a in Units from b in Units select a + b, "", "\U0010FFFF", "\U0010FFFFa", "a\U0010FFFF"];
        foreach (string prefix in texts)
        {
            var range = KeyRange.Of(prefix);
            foreach (string text in texts.Where(text => text.StartsWith(prefix, StringComparison.Ordinal)))
            {
                string id = KeyText.Escape(text);
                Assert.True(Compare(id, range.From) >= 0 && (range.To is null || Compare(id, range.To) < 0), $"{Convert.ToHexString(System.Text.Encoding.BigEndianUnicode.GetBytes(text))} is not in the range of {Convert.ToHexString(System.Text.Encoding.BigEndianUnicode.GetBytes(prefix))}");
            }
        }
    }

    [Theory]
    [InlineData("user:", "user:", "user;")]
    [InlineData("a\uD7FF", "a\uD7FF", "a\uE000")]
    [InlineData("a\U0010FFFF", "a\U0010FFFF", "b")]
    [InlineData("\uFFFF", "\uFFFF", "\U00010000")]
    [InlineData("", "", null)]
    public void Range_is_no_larger_than_it_has_to_be(string prefix, string from, string? to) => Assert.Equal(new KeyRange(from, to), KeyRange.Of(prefix));

    [Fact]
    public void Range_of_half_a_character_is_that_of_what_stands_before_it() => Assert.Equal(new KeyRange("a", "b"), KeyRange.Of("a\uD83D"));

    private static int Compare(string a, string b) => System.Text.Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(b));
}
