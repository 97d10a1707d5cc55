using Larder.Serialization;
using static Larder.Tests.Serialization.Samples;

namespace Larder.Tests.Serialization;

public sealed class EncryptionTests
{
    [Fact]
    public void Encrypted_entry_does_not_show_its_value()
    {
        byte[] bytes = Codec(encryption: KeyRing(1, 1)).Encode(Key, Plain, "a secret that nobody sees");
        Assert.Equal(-1, bytes.AsSpan().IndexOf("secret"u8));
    }

    [Fact]
    public void Encryption_costs_29_bytes() =>
        Assert.Equal(29, Codec(encryption: KeyRing(1, 1)).Encode(Key, Plain, "x").Length - Codec().Encode(Key, Plain, "x").Length);

    [Fact]
    public void Same_value_is_encrypted_differently_each_time()
    {
        PayloadCodec codec = Codec(encryption: KeyRing(1, 1));
        HashSet<string> nonces = [.. Enumerable.Range(0, 1_000).Select(_ => Convert.ToHexString(codec.Encode(Key, Plain, 1)[^(29 + 4)..^(17 + 4)]))];
        Assert.Equal(1_000, nonces.Count);
    }

    [Fact]
    public void Entry_written_by_the_first_version_is_read()
    {
        // Made by another AES-GCM, with the key of KeyRing(1, 1) and the nonce 00 to 0B.
        byte[] bytes = Convert.FromHexString(Golden);
        Assert.Equal(DecodeOutcome.Ok, Codec(encryption: KeyRing(1, 1)).TryDecode(Key, bytes, out EnvelopeHeader header, out string value));
        Assert.Equal("hé", value);
        Same(Plain, header);
    }

    [Fact]
    public void Value_moved_to_another_key_does_not_decrypt()
    {
        PayloadCodec codec = Codec(encryption: KeyRing(1, 1));
        byte[] bytes = codec.Encode("a:\uD800", Plain, "mine");
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode("a:\uD800", bytes, out _, out string? _));
        foreach (string other in new[] { "b", "", "a:", "a:\uD801", "a:\uFFFD", "a:\uD800 " })
        {
            Assert.Equal(DecodeOutcome.DecryptionFailed, codec.TryDecode(other, bytes, out _, out string? value));
            Assert.Null(value);
            Assert.Equal(DecodeOutcome.DecryptionFailed, codec.TryRewrite(other, bytes, Plain, out byte[] rewritten));
            Assert.Empty(rewritten);
        }
    }

    [Fact]
    public void Header_of_another_entry_does_not_fit()
    {
        PayloadCodec codec = Codec(encryption: KeyRing(1, 1));
        byte[] shortLived = codec.Encode(Key, Plain, "x");
        byte[] longLived = codec.Encode(Key, Plain with { FreshUntil = EnvelopeHeader.Never, StaleUntil = EnvelopeHeader.Never }, "y");
        byte[] header = longLived[..^(PayloadCipher.OverheadBytes + 1 + Crc32C.Size)];
        byte[] payload = shortLived[^(PayloadCipher.OverheadBytes + 1 + Crc32C.Size)..];
        byte[] forged = WithValidChecksum([.. header, .. payload]);
        Assert.Equal(DecodeOutcome.Ok, codec.TryReadHeader(forged, out _));
        Assert.Equal(DecodeOutcome.DecryptionFailed, codec.TryDecode(Key, forged, out _, out string? _));
    }

    [Fact]
    public void Null_is_authenticated_too()
    {
        PayloadCodec codec = Codec(encryption: KeyRing(1, 1));
        byte[] bytes = codec.Encode<string?>(Key, Plain, null);
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, bytes, out _, out string? value));
        Assert.Null(value);
        Assert.Equal(DecodeOutcome.DecryptionFailed, codec.TryDecode("other", bytes, out _, out string? _));
    }

    [Fact]
    public void Plain_entry_is_refused_when_encryption_is_configured()
    {
        PayloadCodec codec = Codec(encryption: KeyRing(1, 1));
        foreach (byte[] injected in new[] { Codec().Encode(Key, Plain, "injected"), Codec().Encode<string?>(Key, Plain, null) })
        {
            Assert.Equal(DecodeOutcome.NotEncrypted, codec.TryDecode(Key, injected, out _, out string? value));
            Assert.Null(value);
            Assert.Equal(DecodeOutcome.NotEncrypted, codec.TryReadHeader(injected, out _));
            Assert.Equal(DecodeOutcome.NotEncrypted, codec.TryRewrite(Key, injected, Plain, out _));
        }
    }

    [Fact]
    public void Encrypted_entry_is_refused_without_its_key()
    {
        byte[] bytes = Codec(encryption: KeyRing(1, 1)).Encode(Key, Plain, 1);
        Assert.Equal(DecodeOutcome.UnknownEncryptionKey, Codec().TryDecode(Key, bytes, out _, out int _));
        Assert.Equal(DecodeOutcome.UnknownEncryptionKey, Codec(encryption: KeyRing(2, 2)).TryDecode(Key, bytes, out _, out int _));
        EncryptionOptions sameIdOtherKey = KeyRing(1, 1);
        sameIdOtherKey.Keys[1] = new byte[32];
        Assert.Equal(DecodeOutcome.DecryptionFailed, Codec(encryption: sameIdOtherKey).TryDecode(Key, bytes, out _, out int _));
    }

    [Fact]
    public void Keys_rotate_without_losing_an_entry()
    {
        PayloadCodec before = Codec(encryption: KeyRing(1, 1));
        PayloadCodec during = Codec(encryption: KeyRing(2, 1, 2));
        PayloadCodec after = Codec(encryption: KeyRing(2, 2));
        byte[] old = before.Encode(Key, Full, Ada);
        Assert.Equal(DecodeOutcome.Ok, during.TryDecode(Key, old, out _, out Person _));
        Assert.Equal(DecodeOutcome.UnknownEncryptionKey, after.TryDecode(Key, old, out _, out Person _));

        byte[] renewed = during.Encode(Key, Full, Ada);
        Assert.Equal(DecodeOutcome.Ok, after.TryDecode(Key, renewed, out _, out Person _));
        Assert.Equal(DecodeOutcome.Ok, during.TryRewrite(Key, old, Plain, out byte[] moved));
        Assert.Equal(DecodeOutcome.Ok, after.TryDecode(Key, moved, out _, out Person _));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void Every_aes_key_size_works(int size)
    {
        var options = new EncryptionOptions { CurrentKeyId = uint.MaxValue, Keys = { [uint.MaxValue] = new byte[size] } };
        PayloadCodec codec = Codec(encryption: options);
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode(Key, Plain, 7), out _, out int value));
        Assert.Equal(7, value);
    }

    [Fact]
    public void Key_changed_after_construction_changes_nothing()
    {
        EncryptionOptions options = KeyRing(1, 1);
        PayloadCodec codec = Codec(encryption: options);
        byte[] bytes = codec.Encode(Key, Plain, 7);
        Array.Clear(options.Keys[1]);
        codec.Dispose();
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, bytes, out _, out int _));
    }

    [Fact]
    public void Too_short_to_hold_nonce_and_tag_is_malformed()
    {
        byte[] bytes = HostilePayloadTests.Entry(new PayloadFormat(SerializerId.Json, null, 1), new byte[PayloadCipher.OverheadBytes - 1]);
        Assert.Equal(DecodeOutcome.Malformed, Codec(encryption: KeyRing(1, 1)).TryDecode(Key, bytes, out _, out int _));
    }

    [Fact]
    public async Task Many_threads_share_one_codec()
    {
        PayloadCodec codec = Codec(CacheSerializers.MessagePack(), new CompressionOptions { ThresholdBytes = 100 }, KeyRing(2, 1, 2));
        byte[] shared = codec.Encode(Key, Full, Ada);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                string key = $"{worker}:{i}";
                Person mine = Ada with { Name = new string((char)('a' + worker), i), Age = i };
                Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(key, codec.Encode(key, Full, mine), out _, out Person read));
                Assert.Equal((mine.Name, i), (read.Name, read.Age));
                Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, shared, out _, out Person ada));
                Assert.Equal(Ada.Name, ada.Name);
                Assert.Equal(DecodeOutcome.DecryptionFailed, codec.TryDecode(key, shared, out _, out Person? _));
            }
        }, Xunit.TestContext.Current.CancellationToken)));
    }

    private const string Golden = "010800040180A0ABFEF962C0CF24" + "000102030405060708090A0B" + "19F3A8" + "ACAF403742481F927C39ED4F096318EA" + "BAEACE2D";
}
