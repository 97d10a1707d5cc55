using Larder.Conformance;
using Larder.Sqlite.Keys;

namespace Larder.Sqlite.Tests.Keys;

public sealed class KeyBytesTests
{
    public static TheoryData<string> Hostile => HostileKeys.Names;

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Every_string_comes_back(string name)
    {
        string key = HostileKeys.Named(name);

        Assert.True(KeyBytes.TryRead(KeyBytes.Of(key), out string back));

        Assert.Equal(key, back);
    }

    [Fact]
    public void Bytes_have_the_order_and_the_prefixes_of_the_strings()
    {
        var random = new Random(1);
        char[] units = ['\0', 'a', 'b', '\u007F', '\u0080', '\u07FF', '\u0800', '\uD7FF', '\uD800', '\uDBFF', '\uDC00', '\uDFFF', '\uE000', '\uFFFF'];
        string[] texts = [.. Enumerable.Range(0, 300).Select(_ => new string(random.GetItems(units, random.Next(5))))];
        foreach (string a in texts)
        {
            foreach (string b in texts)
            {
                ReadOnlySpan<byte> left = KeyBytes.Of(a);
                ReadOnlySpan<byte> right = KeyBytes.Of(b);
                Assert.Equal(Math.Sign(string.CompareOrdinal(a, b)), Math.Sign(left.SequenceCompareTo(right)));
                Assert.Equal(a.StartsWith(b, StringComparison.Ordinal), left.StartsWith(right));
                if (KeyBytes.EndOf(right) is { } end && left.StartsWith(right))
                    Assert.True(left.SequenceCompareTo(end) < 0);
            }
        }
    }

    [Theory]
    [InlineData("80")]
    [InlineData("C0AF")]
    [InlineData("E08080")]
    [InlineData("F09F9880")]
    [InlineData("C3")]
    [InlineData("E282")]
    [InlineData("FF")]
    public void Bytes_that_are_no_key_are_refused(string hex) => Assert.False(KeyBytes.TryRead(Convert.FromHexString(hex), out _));
}
