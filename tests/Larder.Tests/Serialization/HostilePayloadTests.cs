using System.IO.Compression;
using Larder.Serialization;
using static Larder.Tests.Serialization.Samples;

namespace Larder.Tests.Serialization;

public sealed class HostilePayloadTests
{
    private static readonly DecodeOutcome[] Damage = [DecodeOutcome.Truncated, DecodeOutcome.UnknownVersion, DecodeOutcome.BadChecksum];

    [Theory]
    [MemberData(nameof(RoundTripTests.Formats), MemberType = typeof(RoundTripTests))]
    public void Every_flipped_bit_is_noticed(string format)
    {
        PayloadCodec codec = RoundTripTests.Of(format);
        byte[] bytes = codec.Encode(Key, Full, Ada);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            DecodeOutcome outcome = codec.TryDecode(Key, bytes, out _, out Person? person);
            Assert.Contains(outcome, Damage);
            Assert.Null(person);
            Assert.Equal(outcome, codec.TryReadHeader(bytes, out _));
            Assert.Equal(outcome, codec.TryRewrite(Key, bytes, Plain, out _));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [MemberData(nameof(RoundTripTests.Formats), MemberType = typeof(RoundTripTests))]
    public void Every_truncation_is_noticed(string format)
    {
        PayloadCodec codec = RoundTripTests.Of(format);
        byte[] bytes = codec.Encode(Key, Full, Ada);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Contains(codec.TryDecode(Key, bytes.AsMemory(0, length), out _, out Person? _), Damage);
            Assert.Contains(codec.TryDecode(Key, bytes.AsMemory(bytes.Length - length), out _, out Person? _), Damage);
        }
    }

    [Fact]
    public void Random_bytes_are_no_entry()
    {
        var random = new Random(3);
        PayloadCodec codec = Codec();
        for (int i = 0; i < 8_000; i++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && i % 2 == 0)
                bytes[0] = Envelope.FormatVersion;
            Assert.Contains(codec.TryDecode(Key, bytes, out _, out Person? _), Damage);
        }
    }

    [Theory]
    [MemberData(nameof(RoundTripTests.Formats), MemberType = typeof(RoundTripTests))]
    public void Forged_entries_never_throw_and_never_allocate_much(string format)
    {
        PayloadCodec codec = RoundTripTests.Of(format);
        byte[] original = codec.Encode(Key, Full, Ada);
        codec.TryDecode(Key, original, out _, out Person? _);
        var random = new Random(5);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] forged = WithValidChecksum(Mutate(original, random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            codec.TryDecode(Key, forged, out _, out Person? _);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // An exception with its stack trace is the most that a refusal costs.
            Assert.True(allocated < 64 * 1024, $"{allocated} bytes for {Convert.ToHexString(forged)}");
            codec.TryReadHeader(forged, out _);
            codec.TryRewrite(Key, forged, Plain, out _);
        }
    }

    [Fact]
    public void Forged_entries_are_never_read_when_encrypted()
    {
        PayloadCodec codec = Codec(encryption: KeyRing(1, 1));
        byte[] bytes = codec.Encode(Key, Full, Ada);
        for (int bit = 8; bit < (bytes.Length - Crc32C.Size) * 8; bit++)
        {
            byte[] forged = [.. bytes];
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            DecodeOutcome outcome = codec.TryDecode(Key, WithValidChecksum(forged), out _, out Person? person);
            Assert.NotEqual(DecodeOutcome.Ok, outcome);
            Assert.Null(person);
        }
    }

    [Theory]
    [InlineData("DDFFFFFFFF", "an array of four billion")]
    [InlineData("DFFFFFFFFF", "a map of four billion")]
    [InlineData("DBFFFFFFFF61", "a string of 4 GiB")]
    [InlineData("C6FFFFFFFF61", "bytes of 4 GiB")]
    [InlineData("C9FFFFFFFF01", "an extension of 4 GiB")]
    [InlineData("DDFFFFFFFFDDFFFFFFFFDDFFFFFFFF", "arrays of arrays")]
    public void Claimed_length_buys_nothing(string hex, string claim)
    {
        PayloadCodec codec = Codec(CacheSerializers.MessagePack(), maxPayloadBytes: int.MaxValue);
        byte[] bytes = Entry(SerializerId.MessagePack, Convert.FromHexString(hex));
        codec.TryDecode(Key, bytes, out _, out int[] _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        DecodeOutcome outcome = codec.TryDecode(Key, bytes, out _, out int[] _);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(DecodeOutcome.DeserializationFailed, outcome);
        Assert.True(allocated < 16 * 1024, $"{claim}: {allocated}");
    }

    [Theory]
    [InlineData(CompressionAlgorithm.Brotli)]
    [InlineData(CompressionAlgorithm.Deflate)]
    public void Bomb_is_refused_at_the_bound(CompressionAlgorithm algorithm)
    {
        byte[] zeros = new byte[64 * 1024 * 1024];
        PayloadCodec generous = Codec(compression: new CompressionOptions { Algorithm = algorithm, Level = CompressionLevel.Optimal }, maxPayloadBytes: zeros.Length);
        byte[] bomb = generous.Encode(Key, Plain, zeros);
        Assert.True(bomb.Length < 128 * 1024);

        PayloadCodec codec = Codec(maxPayloadBytes: 1024 * 1024);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(DecodeOutcome.TooLarge, codec.TryDecode(Key, bomb, out _, out byte[]? value));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Null(value);
        // Buffers that double up to the bound and one byte more: 256 bytes to 2 MiB, when the pool is empty.
        Assert.True(allocated < 5 * 1024 * 1024, $"{allocated}");
    }

    [Theory]
    [InlineData(CompressionAlgorithm.Brotli)]
    [InlineData(CompressionAlgorithm.Deflate)]
    public void Damaged_compressed_payload_is_malformed(CompressionAlgorithm algorithm)
    {
        byte[] noise = new byte[500];
        new Random(9).NextBytes(noise);
        var format = new PayloadFormat(SerializerId.Bytes, algorithm, null);
        foreach (byte[] payload in new byte[][] { [0xFF, 0xFF, 0xFF], noise })
            Assert.Equal(DecodeOutcome.Malformed, Codec().TryDecode(Key, Entry(format, payload), out _, out byte[] _));
    }

    [Theory]
    [InlineData(CompressionAlgorithm.Brotli)]
    [InlineData(CompressionAlgorithm.Deflate)]
    public void Compressed_payload_that_is_cut_off_under_a_valid_checksum_is_malformed_or_yields_a_beginning(CompressionAlgorithm algorithm)
    {
        using var compressed = new PooledBufferWriter();
        byte[] text = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"line {i}\n")));
        Assert.True(PayloadCompression.TryCompress(text, new CompressionOptions { Algorithm = algorithm }, compressed));
        byte[] payload = compressed.WrittenSpan.ToArray();
        var format = new PayloadFormat(SerializerId.Bytes, algorithm, null);
        Assert.Equal(DecodeOutcome.Ok, Codec().TryDecode(Key, Entry(format, payload), out _, out byte[] _));
        for (int length = 0; length < payload.Length; length++)
        {
            // DeflateStream does not always notice; the checksum, which this entry fakes, always does.
            DecodeOutcome outcome = Codec().TryDecode(Key, Entry(format, payload[..length]), out _, out byte[]? read);
            if (algorithm == CompressionAlgorithm.Brotli || outcome != DecodeOutcome.Ok)
                Assert.Equal(DecodeOutcome.Malformed, outcome);
            else
                Assert.True(text.AsSpan().StartsWith(read));
        }
    }

    [Fact]
    public void Any_bytes_are_json_of_a_bounded_size_as_message_pack_or_refused()
    {
        var random = new Random(17);
        int read = 0;
        for (int i = 0; i < 8_000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 30)];
            random.NextBytes(bytes);
            // Half of them begin as containers, or hardly any would get far.
            if (i % 2 == 0)
                bytes[0] = (byte)random.Next(MessagePackCode.FixMap, MessagePackCode.FixStr);
            using var output = new PooledBufferWriter();
            try
            {
                MessagePackToJson.Transcode(bytes, output, maxDepth: 8);
            }
            catch (FormatException)
            {
                continue;
            }

            read++;
            Assert.True(output.WrittenCount <= 6 * bytes.Length, Convert.ToHexString(bytes));
            using var document = System.Text.Json.JsonDocument.Parse(output.WrittenMemory);
        }

        Assert.True(read > 40, $"{read}");
    }

    [Fact]
    public void Bytes_after_a_brotli_stream_are_malformed()
    {
        byte[] compressed = new byte[100];
        Assert.True(BrotliEncoder.TryCompress(new byte[50], compressed, out int written));
        var format = new PayloadFormat(SerializerId.Bytes, CompressionAlgorithm.Brotli, null);
        Assert.Equal(DecodeOutcome.Ok, Codec().TryDecode(Key, Entry(format, compressed[..written]), out _, out byte[] _));
        Assert.Equal(DecodeOutcome.Malformed, Codec().TryDecode(Key, Entry(format, compressed[..(written + 1)]), out _, out byte[] _));
        Assert.Equal(DecodeOutcome.Malformed, Codec().TryDecode(Key, Entry(format, compressed[..(written - 1)]), out _, out byte[] _));
    }

    [Fact]
    public void Payload_larger_than_allowed_is_refused()
    {
        byte[] bytes = Codec().Encode(Key, Plain, new byte[1_000]);
        Assert.Equal(DecodeOutcome.Ok, Codec(maxPayloadBytes: 1_000).TryDecode(Key, bytes, out _, out byte[] _));
        Assert.Equal(DecodeOutcome.TooLarge, Codec(maxPayloadBytes: 999).TryDecode(Key, bytes, out _, out byte[] _));
    }

    [Theory]
    [InlineData("""{"$type":"System.Diagnostics.Process, System.Diagnostics.Process"}""")]
    [InlineData("""{"kind":"triangle"}""")]
    [InlineData("""{"kind":"Larder.Tests.Serialization.Circle","Radius":1}""")]
    public void Payload_names_no_type_that_the_contract_does_not(string json)
    {
        byte[] bytes = Entry(SerializerId.Json, System.Text.Encoding.UTF8.GetBytes(json));
        Assert.Equal(DecodeOutcome.DeserializationFailed, Codec().TryDecode(Key, bytes, out _, out Shape? shape));
        Assert.Null(shape);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Deep_nesting_is_refused(byte serializerId)
    {
        byte[] payload = serializerId == SerializerId.Json
            ? [.. Enumerable.Repeat((byte)'[', 100_000)]
            : [.. Enumerable.Repeat((byte)0x91, 100_000), 0xC0];
        PayloadCodec codec = Codec(serializerId == SerializerId.Json ? CacheSerializers.Json() : CacheSerializers.MessagePack());
        Assert.Equal(DecodeOutcome.DeserializationFailed, codec.TryDecode(Key, Entry(serializerId, payload), out _, out object? _, out Exception? failure));
        Assert.NotNull(failure);
    }

    [Fact]
    public void Raw_string_that_is_not_utf8_is_refused()
    {
        Assert.Equal(DecodeOutcome.DeserializationFailed, Codec().TryDecode(Key, Entry(SerializerId.Utf8, [0xC3, 0x28]), out _, out string? _));
        Assert.Equal(DecodeOutcome.DeserializationFailed, Codec().TryDecode(Key, Entry(SerializerId.Utf16, [1, 2, 3]), out _, out string? _));
    }

    [Fact]
    public void Null_is_no_int_and_has_no_payload()
    {
        Assert.Equal(DecodeOutcome.DeserializationFailed, Codec().TryDecode(Key, Codec().Encode<string?>(Key, Plain, null), out _, out int _));
        Assert.Equal(DecodeOutcome.Malformed, Codec().TryDecode(Key, Entry(SerializerId.None, [1]), out _, out string? _));
    }

    internal static byte[] Entry(byte serializerId, byte[] payload) => Entry(new PayloadFormat(serializerId, null, null), payload);

    internal static byte[] Entry(PayloadFormat format, byte[] payload)
    {
        byte[] header = new byte[200];
        int length = Envelope.WriteHeader(Plain, format, header);
        return WithValidChecksum([.. header[..length], .. payload, 0, 0, 0, 0]);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(1, bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)(random.Next(2) == 0 ? 0xFF : random.Next(256));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3 when bytes.Count > 20:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 10), bytes.Count - at));
                    break;
                default:
                    bytes[random.Next(1, Math.Min(bytes.Count, 12))] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }
}
