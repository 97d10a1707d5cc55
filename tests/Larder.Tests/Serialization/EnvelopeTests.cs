using Larder.Serialization;
using static Larder.Tests.Serialization.Samples;

namespace Larder.Tests.Serialization;

public sealed class EnvelopeTests
{
    // The golden bytes were made by an encoder of its own, not by this one.
    [Fact]
    public void Plain_entry_has_these_bytes() => Assert.Equal(
        "01" + "0000" + "01" + "80A0ABFEF962" + "C0CF24" + "3432" + "B570028A",
        Convert.ToHexString(Codec().Encode(Key, Plain, 42)));

    [Fact]
    public void Full_entry_has_these_bytes() => Assert.Equal(
        "01" + "E00F" + "04" + "80A0ABFEF962" + "C0CF24" + "80BAB703" + "E0D403" + "80BAB703" + "9A01" + "06" + "80A0E3B6879FF9ED08" + "F001" + "052261626322" + "02026575076772C3B6C39F65" + "68C3A9" + "4ADD5A4D",
        Convert.ToHexString(Codec().Encode(Key, Full, "hé")));

    [Fact]
    public void Null_that_never_expires_has_these_bytes() => Assert.Equal(
        "01" + "1100" + "00" + "80A0ABFEF962" + "1D01CAAF",
        Convert.ToHexString(Codec().Encode<string?>(Key, Plain with { FreshUntil = EnvelopeHeader.Never, StaleUntil = EnvelopeHeader.Never }, null)));

    [Fact]
    public void Plain_entry_costs_17_bytes_more_than_its_payload() =>
        Assert.Equal(17, Codec().Encode(Key, Plain, Array.Empty<byte>()).Length);

    [Fact]
    public void Every_field_comes_back()
    {
        PayloadCodec codec = Codec();
        byte[] bytes = codec.Encode(Key, Full, 1);
        Assert.Equal(DecodeOutcome.Ok, codec.TryReadHeader(bytes, out EnvelopeHeader header));
        Same(Full, header);
    }

    [Fact]
    public void Any_header_comes_back()
    {
        var random = new Random(20);
        PayloadCodec codec = Codec();
        for (int i = 0; i < 1_000; i++)
        {
            EnvelopeHeader header = RandomHeader(random);
            byte[] bytes = codec.Encode(Key, header, i);
            Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, bytes, out EnvelopeHeader read, out int value));
            Same(header, read);
            Assert.Equal(i, value);
        }
    }

    [Fact]
    public void A_slide_longer_than_a_span_can_say_is_malformed()
    {
        PayloadCodec codec = Codec();
        Assert.Equal(DecodeOutcome.Ok, codec.TryReadHeader(codec.Encode(Key, Plain with { Sliding = EnvelopeHeader.LongestSliding }, 1), out _));
        Assert.Equal(DecodeOutcome.Malformed, codec.TryReadHeader(codec.Encode(Key, Plain with { Sliding = EnvelopeHeader.LongestSliding + 1 }, 1), out _));
    }

    [Fact]
    public void A_thousand_long_tags_come_back()
    {
        EnvelopeHeader header = Plain with { Tags = [.. Enumerable.Range(0, 1_000).Select(i => new string('ü', i + 1))] };
        PayloadCodec codec = Codec(encryption: KeyRing(1, 1));
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode(Key, header, 5), out EnvelopeHeader read, out int _));
        Same(header, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("lone surrogate")]
    public void Tag_that_cannot_be_stored_is_an_error(string? tag) =>
        Assert.Throws<ArgumentException>(() => Codec().Encode(Key, Plain with { Tags = [tag == "lone surrogate" ? "\uD800" : tag!] }, 1));

    [Fact]
    public void Etag_with_a_lone_surrogate_is_an_error() =>
        Assert.Contains("ETag", Assert.Throws<ArgumentException>(() => Codec().Encode(Key, Plain with { ETag = "a\uDC00" }, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Entry_of_a_later_version_is_told_from_a_damaged_one()
    {
        byte[] bytes = Codec().Encode(Key, Plain, 1);
        bytes[0] = 2;
        Assert.Equal(DecodeOutcome.UnknownVersion, Codec().TryReadHeader(bytes, out _));
    }

    [Theory]
    [InlineData("0100100180A0ABFEF962C0CF2431", "an unknown flag")]
    [InlineData("0106000180A0ABFEF962C0CF2431", "two compressions")]
    [InlineData("0101000180A0ABFEF962C0CF24", "null with a serializer")]
    [InlineData("0100000080A0ABFEF962C0CF2431", "a value without a serializer")]
    [InlineData("0103000080A0ABFEF962C0CF24", "a compressed null")]
    [InlineData("0100000180A0ABFEF962", "no fresh-until")]
    [InlineData("01000001FFFFFFFFFFFFFFFFFF02C0CF2431", "a varint over 64 bits")]
    [InlineData("0100000181800000C0CF2431", "a padded varint")]
    [InlineData("01080001808080801080A0ABFEF962C0CF2431", "a key id over 32 bits")]
    [InlineData("0140000180A0ABFEF962C0CF24FFFFFFFFFFFFFFFFFF0131", "a sliding expiration over 63 bits")]
    [InlineData("0100020180A0ABFEF962C0CF2400B20E", "an offset over 14 hours")]
    [InlineData("0100020180A0ABFEF962C0CF240001", "a local time before the year 1")]
    [InlineData("0100040180A0ABFEF962C0CF2402C32831", "an ETag that is not UTF-8")]
    [InlineData("0100040180A0ABFEF962C0CF24FF7F31", "an ETag longer than the entry")]
    [InlineData("0100080180A0ABFEF962C0CF240031", "no tags at all")]
    [InlineData("0100080180A0ABFEF962C0CF24FFFFFFFF0F31", "four billion tags")]
    [InlineData("0100080180A0ABFEF962C0CF24010031", "an empty tag")]
    public void Forged_header_is_malformed(string hex, string why)
    {
        byte[] bytes = WithValidChecksum([.. Convert.FromHexString(hex), 0, 0, 0, 0]);
        DecodeOutcome outcome = Codec().TryReadHeader(bytes, out _);
        Assert.True(outcome == DecodeOutcome.Malformed, $"{why}: {outcome}");
    }

    [Fact]
    public void Checksum_is_crc32c()
    {
        // RFC 3720, appendix B.4.
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
    }

    private static EnvelopeHeader RandomHeader(Random random)
    {
        long Time() => random.Next(4) switch
        {
            0 => EnvelopeHeader.Never,
            1 => random.NextInt64(long.MinValue, long.MaxValue),
            2 => random.Next(2) == 0 ? long.MinValue : 0,
            _ => 1_700_000_000_000 + random.Next(),
        };
        string Text() => string.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(_ => random.Next(3) == 0 ? "😀" : ((char)random.Next(0xD800)).ToString()));
        long sliding = random.Next(2) == 0 ? 0 : random.NextInt64(1, EnvelopeHeader.LongestSliding + 1);
        int offset = random.Next(-14 * 60, (14 * 60) + 1);
        return new EnvelopeHeader
        {
            Created = Time(),
            FreshUntil = Time(),
            StaleUntil = Time(),
            Sliding = sliding,
            SlidingLimit = sliding == 0 ? 0 : random.NextInt64(long.MinValue, long.MaxValue),
            Epoch = random.Next(2) == 0 ? 0 : Time(),
            Version = random.Next(2) == 0 ? 0 : Time(),
            Tags = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Text())],
            ETag = random.Next(2) == 0 ? null : random.Next(3) == 0 ? "" : Text(),
            LastModified = random.Next(2) == 0 ? null : new DateTimeOffset(random.NextInt64(TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay), TimeSpan.FromMinutes(offset)),
        };
    }
}
