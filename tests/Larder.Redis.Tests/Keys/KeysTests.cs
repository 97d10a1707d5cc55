using System.Text;
using Larder.Redis.Keys;
using Larder.Shared;

namespace Larder.Redis.Tests.Keys;

public sealed class KeysTests
{
    [Theory]
    [InlineData("123456789", 0x31C3)] // The check value of CRC-16/XMODEM, which is also the cluster specification's.
    [InlineData("", 0)]
    public void Checksum_is_the_specifications(string text, int expected) => Assert.Equal(expected, HashSlot.Crc(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("foo", 12182)]
    [InlineData("{foo}bar", 12182)]
    [InlineData("bar{foo}{baz}", 12182)]
    public void Slot_is_the_specifications(string key, int expected) => Assert.Equal(expected, HashSlot.Of(Encoding.ASCII.GetBytes(key)));

    [Theory]
    [InlineData("a{}b")]
    [InlineData("a{b")]
    [InlineData("}a{")]
    public void Key_without_a_whole_tag_is_hashed_whole(string key) => Assert.Equal(HashSlot.Crc(Encoding.ASCII.GetBytes(key)) % HashSlot.Count, HashSlot.Of(Encoding.ASCII.GetBytes(key)));

    [Fact]
    public void Lease_lies_in_its_entrys_slot_whatever_the_key_is()
    {
        var random = new Random(1);
        const string Alphabet = "ab{}:*\0\xFF\uD83D";
        for (int round = 0; round < 20_000; round++)
        {
            string key = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            var keys = new ServerKeys(round % 2 == 0 ? "" : "app:");
            byte[] entry = keys.Entry(key);
            byte[] lease = ServerKeys.Lease(entry);

            Assert.Equal(HashSlot.Of(entry), HashSlot.Of(lease));
            Assert.True(keys.TryRead(lease, out string read, out bool isEntry));
            Assert.False(isEntry);
            Assert.Equal(key, read);
        }
    }

    [Fact]
    public void Every_string_comes_back_from_its_bytes_and_no_two_share_them()
    {
        var random = new Random(2);
        const string Alphabet = "a\u00E9\u20AC\uD83D\uDE00\uDC00\uD800\uFFFF";
        var seen = new Dictionary<string, string>();
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            byte[] buffer = new byte[Wtf8.MaxLength(text.Length)];
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, Wtf8.Write(text, buffer));

            Assert.True(Wtf8.TryRead(bytes, out string read));
            Assert.Equal(text, read);
            Assert.True(seen.TryAdd(Convert.ToHexString(bytes), text) || seen[Convert.ToHexString(bytes)] == text);
            Assert.False(bytes.Contains((byte)0xFF));
        }
    }

    [Fact]
    public void Ordinary_text_is_UTF8()
    {
        byte[] buffer = new byte[100];

        Assert.Equal(Encoding.UTF8.GetBytes("größe 😀"), buffer[..Wtf8.Write("größe 😀", buffer)]);
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("61FF")]
    [InlineData("C0AF")]
    [InlineData("E282")]
    [InlineData("EDA0")]
    [InlineData("EDA0BDEDB880")] // A pair, written as two.
    [InlineData("F4908080")]
    public void Bytes_of_no_text_are_refused(string hex) => Assert.False(Wtf8.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void Nothing_of_another_namespace_and_no_epochs_are_read_as_entries()
    {
        var keys = new ServerKeys("app:");

        Assert.False(keys.TryRead("other:key"u8, out _, out _));
        Assert.False(keys.TryRead("ap"u8, out _, out _));
        Assert.False(keys.TryRead(keys.Epochs, out _, out _));
        Assert.True(keys.TryRead("app:key"u8, out string key, out bool isEntry) && isEntry);
        Assert.Equal("key", key);
    }
}
