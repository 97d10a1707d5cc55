using Larder.Conformance;
using Larder.PostgreSql.Keys;
using Larder.Shared;

namespace Larder.PostgreSql.Tests.Keys;

public sealed class RowKeyTests
{
    [Fact]
    public void Every_text_comes_back_from_its_bytes()
    {
        foreach (string key in HostileKeys.All)
        {
            Assert.True(Wtf8.TryRead(Wtf8.Write(key), out string read));
            Assert.Equal(key, read);
        }
    }

    [Fact]
    public void Random_units_come_back_and_differ_when_they_differ()
    {
        var random = new Random(1);
        var seen = new Dictionary<string, string>();
        for (int i = 0; i < 20_000; i++)
        {
            string key = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => (char)(random.Next(3) == 0 ? random.Next(0xD800, 0xE000) : random.Next(0x10000))));
            byte[] bytes = Wtf8.Write(key);
            Assert.True(Wtf8.TryRead(bytes, out string read));
            Assert.Equal(key, read);
            Assert.DoesNotContain((byte)0xFF, bytes);
            Assert.Equal(key, seen.TryAdd(Convert.ToHexString(bytes), key) ? key : seen[Convert.ToHexString(bytes)]);
        }
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("80")]
    [InlineData("C080")]
    [InlineData("EDA0")]
    [InlineData("EDA080EDB080")] // A pair, which is one character of four bytes.
    [InlineData("F8888080")]
    public void Bytes_that_are_never_written_are_not_read(string hex) => Assert.False(Wtf8.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void Identifier_of_a_long_key_is_short_and_its_own()
    {
        string[] keys = [.. Enumerable.Range(1020, 12).Select(length => new string('x', length)), new string('x', 3000) + "a", new string('x', 3000) + "b"];
        RowKey[] rows = [.. keys.Select(RowKey.Of)];

        Assert.Equal(keys.Length, rows.Select(row => Convert.ToHexString(row.Id)).Distinct().Count());
        Assert.All(rows, row => Assert.InRange(row.Id.Length, 1, RowKey.HeadLength + 33));
        Assert.All(rows, row => Assert.Equal(row.Name is null, row.Id.Length <= RowKey.HeadLength));
    }

    [Fact]
    public void Range_of_a_prefix_holds_every_key_with_it()
    {
        foreach (string key in (string[])[.. HostileKeys.All, new string('x', 5000), "\uD83D\uDE00", "a\uFFFF"])
        {
            for (int length = 0; length <= Math.Min(key.Length, 2000); length++)
            {
                (byte[] from, byte[] to) = RowKey.Range(key[..length]);
                byte[] id = RowKey.Of(key).Id;
                Assert.True(id.AsSpan().SequenceCompareTo(from) >= 0, $"Below the range of {length} units.");
                Assert.True(id.AsSpan().SequenceCompareTo(to) < 0, $"Above the range of {length} units.");
            }
        }
    }
}
