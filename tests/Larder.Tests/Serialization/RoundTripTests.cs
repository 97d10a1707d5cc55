using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Larder.Serialization;
using static Larder.Tests.Serialization.Samples;

namespace Larder.Tests.Serialization;

public sealed class RoundTripTests
{
    public static TheoryData<string> Formats => ["json", "msgpack", "json+brotli", "msgpack+deflate", "json+aes", "msgpack+brotli+aes"];

    internal static PayloadCodec Of(string format) => Codec(
        format.StartsWith("json", StringComparison.Ordinal) ? CacheSerializers.Json() : CacheSerializers.MessagePack(),
        format.Contains("brotli") ? new CompressionOptions { ThresholdBytes = 0 } : format.Contains("deflate") ? new CompressionOptions { ThresholdBytes = 0, Algorithm = CompressionAlgorithm.Deflate } : null,
        format.Contains("aes") ? KeyRing(2, 1, 2) : null);

    [Theory]
    [MemberData(nameof(Formats))]
    public void Values_come_back(string format)
    {
        PayloadCodec codec = Of(format);
        void Holds<T>(T value)
        {
            byte[] bytes = codec.Encode(Key, Full, value);
            Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, bytes, out EnvelopeHeader header, out T read));
            Same(Full, header);
            string json = JsonSerializer.Serialize(value, Loose);
            Assert.Equal(json, JsonSerializer.Serialize(read, Loose));
            // Not for large values: the comparison member by member takes seconds.
            if (json.Length < 5_000)
                Assert.Equivalent(value, read, strict: true);
        }

        Holds(0);
        Holds(false);
        Holds("");
        Holds<string?>(null);
        Holds<int?>(null);
        Holds<int?>(0);
        Holds<Person?>(null);
        Holds(long.MinValue);
        Holds(ulong.MaxValue);
        Holds(Int128.MaxValue);
        Holds(UInt128.MaxValue);
        Holds(decimal.MaxValue);
        Holds(decimal.MinValue);
        Holds(1.10m);
        Holds(0.1);
        Holds(0.1f);
        Holds(float.MaxValue);
        Holds(double.Epsilon);
        Holds(-0.0);
        Holds(double.NaN);
        Holds(double.NegativeInfinity);
        Holds('ä');
        Holds(Guid.Parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff"));
        Holds(DateTime.MaxValue);
        Holds(new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc).AddTicks(1));
        Holds(DateTimeOffset.MinValue);
        Holds(new DateOnly(2024, 2, 29));
        Holds(new TimeOnly(1, 2, 3, 4));
        Holds(TimeSpan.MinValue);
        Holds(new Uri("https://example.org/ä?x=1"));
        Holds(new Version(1, 2, 3, 4));
        Holds(Colour.Green);
        Holds((1, "two", 3.0));
        Holds((Name: "x", Inner: (1, new[] { 2 })));
        Holds(Ada);
        Holds(Ada with { Home = null, Nicknames = [] });
        Holds(new List<int> { 1, -1, 128, 65_536 });
        Holds(Array.Empty<int>());
        Holds(new int?[] { 1, null });
        Holds(new Dictionary<int, string?> { [-1] = null, [5] = "x" });
        Holds(new HashSet<string> { "a", "b" });
        Holds(ImmutableArray.Create(1, 2));
        Holds<IReadOnlyDictionary<string, Address>>(new Dictionary<string, Address> { ["\"\\\u0001"] = new("s", "c", 1) });
        Holds(Enumerable.Range(0, 70_000).ToArray());
        Holds(Enumerable.Range(0, 70_000).ToDictionary(i => i.ToString(), i => i));
        Holds(new string('x', 70_000).ToCharArray());
        Holds(new[] { new string('y', 31), new string('y', 32), new string('y', 255), new string('y', 256), new string('é', 70_000) });
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Polymorphic_values_come_back_as_the_contract_declares(string format)
    {
        PayloadCodec codec = Of(format);
        Shape[] shapes = [new Circle(1.5), new Square(2)];
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode(Key, Plain, shapes), out _, out Shape[] read));
        Assert.Equal(shapes, read);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Raw_values_come_back(string format)
    {
        PayloadCodec codec = Of(format);
        string[] strings = ["", "a", "ä😀\0", "\uD800", "x\uDC00y", new string('z', 5_000), "\uFEFFbom"];
        foreach (string text in strings)
        {
            Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode(Key, Plain, text), out _, out string read));
            Assert.Equal(text, read);
        }

        foreach (byte[] bytes in new byte[][] { [], [0], [.. Enumerable.Range(0, 5_000).Select(i => (byte)(i * i))] })
        {
            Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode(Key, Plain, bytes), out _, out byte[] read));
            Assert.Equal(bytes, read);
            Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode(Key, Plain, new ReadOnlyMemory<byte>(bytes)), out _, out ReadOnlyMemory<byte> memory));
            Assert.Equal(bytes, memory.ToArray());
        }
    }

    [Fact]
    public void Any_string_any_number_and_any_list_come_back()
    {
        foreach (PayloadCodec codec in Formats.Select(row => Of(row.Data)))
        {
            bool Same<T>(T value) => codec.TryDecode(Key, codec.Encode(Key, Plain, value), out _, out T read) == DecodeOutcome.Ok
                && (value is System.Collections.IEnumerable
                    ? JsonSerializer.Serialize(value, Loose) == JsonSerializer.Serialize(read, Loose)
                    : EqualityComparer<T>.Default.Equals(value, read));
            var config = Config.QuickThrowOnFailure.WithMaxTest(100).WithQuietOnSuccess(true).WithReplay(11, 13);
            Prop.ForAll<string?>(Same).Check(config);
            Prop.ForAll<long>(Same).Check(config);
            Prop.ForAll<double>(Same).Check(config);
            Prop.ForAll<float>(Same).Check(config);
            Prop.ForAll<decimal>(Same).Check(config);
            Prop.ForAll<int[]>(Same).Check(config);
            Prop.ForAll<Dictionary<string, double?>>(Same).Check(config);
        }
    }

    [Fact]
    public void Any_json_comes_back_from_message_pack_with_the_same_text()
    {
        var random = new Random(7);
        ICacheSerializer serializer = CacheSerializers.MessagePack();
        for (int i = 0; i < 400; i++)
        {
            string json = RandomJson(random, 0);
            using JsonDocument document = JsonDocument.Parse(json);
            using var output = new PooledBufferWriter();
            serializer.Serialize(document.RootElement, output);
            JsonElement read = serializer.Deserialize<JsonElement>(output.WrittenMemory);
            Assert.Equal(json, read.GetRawText());
        }
    }

    private static readonly JsonSerializerOptions Loose = new()
    {
        IncludeFields = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static string RandomJson(Random random, int depth) => random.Next(depth > 4 ? 7 : 10) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "false",
        2 => random.NextInt64(long.MinValue, long.MaxValue).ToString(),
        3 => (random.NextInt64(1 << random.Next(30)) - random.Next(300)).ToString(),
        4 => new[] { "1.0", "-0", "-0.0", "0e0", "1E400", "-1e-400", "18446744073709551615", "18446744073709551616", "-9223372036854775809", "0.10", "1e5", "1E+20", "123456789012345678901234567890.123456789" }[random.Next(13)],
        5 => BitConverter.Int64BitsToDouble(random.NextInt64(0x7FE0_0000_0000_0000)).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        6 => RandomText(random),
        7 or 8 => $"[{string.Join(',', Enumerable.Range(0, random.Next(18 >> depth)).Select(_ => RandomJson(random, depth + 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, random.Next(18 >> depth)).Select(i => $"\"k{i}\":{RandomJson(random, depth + 1)}"))}}}",
    };

    private static string RandomText(Random random) => $"\"{new string('ä', random.Next(random.Next(2) == 0 ? 40 : 400))}\"";
}
