using System.Buffers;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json;
using Larder.Serialization;
using Microsoft.Extensions.Options;
using static Larder.Tests.Serialization.Samples;

namespace Larder.Tests.Serialization;

public sealed class PayloadCodecTests
{
    [Fact]
    public void Small_payload_is_not_compressed_and_a_large_one_is()
    {
        PayloadCodec codec = Codec(compression: new CompressionOptions { ThresholdBytes = 100 });
        Assert.Equal(17 + 99, codec.Encode(Key, Plain, new byte[99]).Length);
        Assert.True(codec.Encode(Key, Plain, new byte[100]).Length < 17 + 50);
    }

    [Theory]
    [InlineData(CompressionAlgorithm.Brotli)]
    [InlineData(CompressionAlgorithm.Deflate)]
    public void Payload_that_compression_would_not_shrink_stays_as_it_is(CompressionAlgorithm algorithm)
    {
        byte[] noise = new byte[2_000];
        new Random(1).NextBytes(noise);
        PayloadCodec codec = Codec(compression: new CompressionOptions { ThresholdBytes = 0, Algorithm = algorithm });
        foreach (int length in new[] { 0, 1, 2, 2_000 })
            Assert.Equal(Codec().Encode(Key, Plain, noise[..length]), codec.Encode(Key, Plain, noise[..length]));
    }

    [Fact]
    public void Either_compression_is_read_whatever_is_configured()
    {
        string text = new('x', 3_000);
        byte[] brotli = Codec(compression: new CompressionOptions()).Encode(Key, Plain, text);
        byte[] deflate = Codec(compression: new CompressionOptions { Algorithm = CompressionAlgorithm.Deflate }).Encode(Key, Plain, text);
        foreach (byte[] bytes in new[] { brotli, deflate })
        {
            Assert.True(bytes.Length < 100);
            Assert.Equal(DecodeOutcome.Ok, Codec().TryDecode(Key, bytes, out _, out string read));
            Assert.Equal(text, read);
        }
    }

    [Fact]
    public void Entry_is_read_as_the_type_asked_for_or_not_at_all()
    {
        PayloadCodec codec = Codec();
        byte[] text = codec.Encode(Key, Plain, "42");
        byte[] number = codec.Encode(Key, Plain, 42);
        byte[] raw = codec.Encode(Key, Plain, new byte[] { 52, 50 });
        Assert.Equal(DecodeOutcome.UnknownSerializer, codec.TryDecode(Key, text, out _, out int _));
        Assert.Equal(DecodeOutcome.UnknownSerializer, codec.TryDecode(Key, number, out _, out string? _));
        Assert.Equal(DecodeOutcome.UnknownSerializer, codec.TryDecode(Key, raw, out _, out string? _));
        Assert.Equal(DecodeOutcome.UnknownSerializer, codec.TryDecode(Key, text, out _, out byte[]? _));
        Assert.Equal(DecodeOutcome.UnknownSerializer, codec.TryDecode(Key, text, out _, out ReadOnlyMemory<byte> _));
        Assert.Equal(DecodeOutcome.DeserializationFailed, codec.TryDecode(Key, number, out _, out Person? _, out Exception? failure));
        Assert.IsType<JsonException>(failure);
        Assert.Equal(DecodeOutcome.UnknownSerializer, Codec(CacheSerializers.MessagePack()).TryDecode(Key, number, out _, out int _));
    }

    [Fact]
    public void Value_read_shares_no_memory_with_the_stores_bytes()
    {
        PayloadCodec codec = Codec();
        byte[] stored = codec.Encode(Key, Plain, new byte[] { 1, 2, 3 });
        codec.TryDecode(Key, stored, out _, out ReadOnlyMemory<byte> memory);
        codec.TryDecode(Key, stored, out _, out byte[] array);
        Array.Clear(stored);
        Assert.Equal([1, 2, 3], memory.ToArray());
        Assert.Equal([1, 2, 3], array);
    }

    [Theory]
    [MemberData(nameof(RoundTripTests.Formats), MemberType = typeof(RoundTripTests))]
    public void Rewriting_changes_the_header_and_keeps_the_value(string format)
    {
        PayloadCodec codec = RoundTripTests.Of(format);
        foreach (Person? value in new[] { Ada, null })
        {
            byte[] bytes = codec.Encode(Key, Plain, value);
            Assert.Equal(DecodeOutcome.Ok, codec.TryRewrite(Key, bytes, Full, out byte[] rewritten));
            Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, rewritten, out EnvelopeHeader header, out Person? read));
            Same(Full, header);
            Assert.Equal(JsonSerializer.Serialize(value), JsonSerializer.Serialize(read));
        }
    }

    [Fact]
    public void Rewriting_does_not_need_the_serializer()
    {
        byte[] bytes = Codec(CacheSerializers.MessagePack()).Encode(Key, Plain, Ada);
        Assert.Equal(DecodeOutcome.Ok, Codec(new Upper()).TryRewrite(Key, bytes, Full, out byte[] rewritten));
        Assert.Equal(Codec(CacheSerializers.MessagePack()).Encode(Key, Full, Ada), rewritten);
    }

    [Fact]
    public void Serializer_of_ones_own_is_used_for_all_but_raw_values()
    {
        PayloadCodec codec = Codec(new Upper());
        byte[] bytes = codec.Encode(Key, Plain, 5);
        Assert.Equal(200, bytes[3]);
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, bytes, out _, out int value));
        Assert.Equal(5, value);
        Assert.Equal(SerializerId.Utf8, codec.Encode(Key, Plain, "x")[3]);
        Assert.Equal(DecodeOutcome.UnknownSerializer, Codec().TryDecode(Key, bytes, out _, out int _));
    }

    [Fact]
    public void Value_larger_than_allowed_is_an_error_that_says_so()
    {
        PayloadCodec codec = Codec(maxPayloadBytes: 1_000);
        codec.Encode(Key, Plain, new byte[1_000]);
        codec.Encode(Key, Plain, new string('x', 1_000));
        foreach (Action encode in new Action[]
        {
            () => codec.Encode(Key, Plain, new byte[1_001]),
            () => codec.Encode(Key, Plain, new string('x', 1_001)),
            () => codec.Encode(Key, Plain, Enumerable.Range(0, 1_000).ToArray()),
            () => Codec(CacheSerializers.MessagePack(), maxPayloadBytes: 1_000).Encode(Key, Plain, Enumerable.Range(0, 1_000).ToArray()),
        })
        {
            string message = Assert.Throws<InvalidOperationException>(encode).Message;
            Assert.Contains("1,000 bytes (MaxPayloadBytes)", message, StringComparison.Ordinal);
            Assert.Contains(Key, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Value_that_cannot_be_serialized_is_an_error_that_says_why()
    {
        var cycle = new Node();
        cycle.Next = cycle;
        string message = Assert.Throws<InvalidOperationException>(() => Codec().Encode(Key, Plain, cycle)).Message;
        Assert.Contains(typeof(Node).FullName!, message, StringComparison.Ordinal);
        Assert.Contains("cycle", message, StringComparison.Ordinal);
        // The failed writer left nothing behind that a later value could meet.
        Assert.Equal(DecodeOutcome.Ok, Codec().TryDecode(Key, Codec().Encode(Key, Plain, new Node()), out _, out Node _));
    }

    [Fact]
    public void Encoding_allocates_little_more_than_its_result()
    {
        PayloadCodec codec = Codec(compression: new CompressionOptions { ThresholdBytes = 100_000 }, encryption: KeyRing(1, 1));
        int[] value = [.. Enumerable.Range(0, 1_000)];
        for (int i = 0; i < 50; i++)
            codec.Encode(Key, Plain, value);
        long before = GC.GetAllocatedBytesForCurrentThread();
        byte[] bytes = codec.Encode(Key, Plain, value);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, bytes.Length, bytes.Length + 512);
    }

    [Fact]
    public void Clone_is_deep_for_mutable_values_and_free_for_immutable_ones()
    {
        PayloadCodec codec = Codec();
        var original = new Mutable { Text = "x", Numbers = { 1, 2 } };
        Mutable copy = codec.Clone(original);
        original.Numbers.Add(3);
        Assert.NotSame(original, copy);
        Assert.Equal([1, 2], copy.Numbers);
        byte[] bytes = [1, 2];
        Assert.NotSame(bytes, codec.Clone(bytes));
        Assert.Equal(bytes, codec.Clone(bytes));
        string text = new('x', 3);
        Assert.Same(text, codec.Clone(text));
        object boxed = text;
        Assert.Same(boxed, codec.Clone(boxed));
        Assert.Null(codec.Clone<Mutable?>(null));
        var point = new Frozen(1);
        Assert.Same(point, codec.Clone(point));
        Assert.Equal(5, codec.Clone(5));
    }

    [Fact]
    public void Immutable_types_are_known()
    {
        Assert.True(ImmutableTypes.Is<int>());
        Assert.True(ImmutableTypes.Is<int?>());
        Assert.True(ImmutableTypes.Is<Colour>());
        Assert.True(ImmutableTypes.Is<string>());
        Assert.True(ImmutableTypes.Is<Uri>());
        Assert.True(ImmutableTypes.Is<Version>());
        Assert.True(ImmutableTypes.Is<DateTimeOffset>());
        Assert.True(ImmutableTypes.Is<(int, string)>());
        Assert.True(ImmutableTypes.Is<ImmutableArray<string>>());
        Assert.True(ImmutableTypes.Is<ImmutableDictionary<string, int>>());
        Assert.True(ImmutableTypes.Is<Frozen>());
        Assert.True(ImmutableTypes.Is<IComparable>(5));
        Assert.True(ImmutableTypes.Is<object>(Colour.Red));

        Assert.False(ImmutableTypes.Is<object>());
        Assert.False(ImmutableTypes.Is<byte[]>());
        Assert.False(ImmutableTypes.Is<ReadOnlyMemory<byte>>());
        Assert.False(ImmutableTypes.Is<List<int>>());
        Assert.False(ImmutableTypes.Is<Mutable>());
        Assert.False(ImmutableTypes.Is<(int, Mutable)>());
        Assert.False(ImmutableTypes.Is<ImmutableArray<Mutable>>());
        Assert.False(ImmutableTypes.Is<OpenFrozen>());
        Assert.False(ImmutableTypes.Is<OpenFrozen>(new Thawed()));
        Assert.False(ImmutableTypes.Is<IEnumerable<int>>([1]));
    }

    [Fact]
    public void Wrong_options_are_named_with_their_values()
    {
        static string Message(Func<PayloadCodec> make) => Assert.Throws<OptionsValidationException>(make).Message;
        Assert.Contains("Serializer.Id is 3", Message(() => Codec(new Upper { Id = 3 })), StringComparison.Ordinal);
        Assert.Contains("Serializer.Id is 0", Message(() => Codec(new Upper { Id = 0 })), StringComparison.Ordinal);
        Assert.Contains("MaxPayloadBytes is 0", Message(() => Codec(maxPayloadBytes: 0)), StringComparison.Ordinal);
        Assert.Contains("Compression.ThresholdBytes is -1", Message(() => Codec(compression: new() { ThresholdBytes = -1 })), StringComparison.Ordinal);
        Assert.Contains("Compression.Algorithm is 9", Message(() => Codec(compression: new() { Algorithm = (CompressionAlgorithm)9 })), StringComparison.Ordinal);
        Assert.Contains("Compression.Level is NoCompression", Message(() => Codec(compression: new() { Level = System.IO.Compression.CompressionLevel.NoCompression })), StringComparison.Ordinal);
        Assert.Contains("Compression.Level is 77", Message(() => Codec(compression: new() { Level = (System.IO.Compression.CompressionLevel)77 })), StringComparison.Ordinal);
        Assert.Contains("Encryption.Keys is empty", Message(() => Codec(encryption: new())), StringComparison.Ordinal);
        Assert.Contains("Encryption.CurrentKeyId is 3, which is not in Encryption.Keys (1, 2)", Message(() => Codec(encryption: KeyRing(3, 2, 1))), StringComparison.Ordinal);
        string wrongKeys = Message(() => Codec(encryption: new() { CurrentKeyId = 1, Keys = { [1] = new byte[15], [2] = null! } }));
        Assert.Contains("Encryption.Keys[1] is 15 bytes long", wrongKeys, StringComparison.Ordinal);
        Assert.Contains("Encryption.Keys[2] is null", wrongKeys, StringComparison.Ordinal);
    }

    [ImmutableObject(true)]
    private sealed record Frozen(int X);

    [ImmutableObject(true)]
    private record OpenFrozen;

    private sealed record Thawed : OpenFrozen
    {
        public int X { get; set; }
    }

    private sealed class Upper : ICacheSerializer
    {
        public byte Id { get; init; } = 200;

        public void Serialize<T>(T value, IBufferWriter<byte> output) => JsonSerializer.Serialize(new Utf8JsonWriter(output), value);

        public T Deserialize<T>(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize<T>(payload.Span)!;
    }
}
