using System.Buffers;
using Larder.Redis.Resp;

namespace Larder.Redis.Tests.Resp;

public sealed class RespParserTests
{
    public static TheoryData<string> Names => Vectors.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_type_is_read_whole_and_byte_by_byte(string name)
    {
        (string stream, string meaning) = Vectors.All[name];
        byte[] bytes = Wire.Bytes(stream);

        Assert.Equal([meaning], Wire.ReadAll(bytes, []));
        Assert.Equal([meaning], Wire.ReadAll(bytes, Enumerable.Range(1, bytes.Length - 1)));
    }

    [Fact]
    public void Replies_in_a_row_are_read_at_every_cut()
    {
        byte[] stream = Wire.Bytes(string.Concat(Vectors.All.Values.Select(vector => vector.Stream)));
        string[] expected = [.. Vectors.All.Values.Select(vector => vector.Meaning)];

        for (int cut = 0; cut <= stream.Length; cut++)
            Assert.Equal(expected, Wire.ReadAll(stream, [cut]));
    }

    [Fact]
    public void Replies_in_a_row_are_read_in_random_pieces()
    {
        var random = new Random(1);
        string[] names = [.. Vectors.All.Keys];
        for (int round = 0; round < 200; round++)
        {
            random.Shuffle(names);
            byte[] stream = Wire.Bytes(string.Concat(names.Select(name => Vectors.All[name].Stream)));
            int[] cuts = [.. Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(stream.Length)).Order()];

            Assert.Equal(names.Select(name => Vectors.All[name].Meaning), Wire.ReadAll(stream, cuts));
        }
    }

    [Fact]
    public void Large_blobs_and_aggregates_come_through_in_pieces()
    {
        byte[] blob = new byte[3_000_000];
        new Random(2).NextBytes(blob);
        byte[] stream = [.. Wire.Bytes("*10001\r\n$3000000\r\n"), .. blob, .. Wire.Bytes("\r\n" + string.Concat(Enumerable.Repeat(":7\r\n", 10_000)))];
        var parser = new RespParser(new RespLimits());
        RespValue value = default;
        byte[] left = [];
        bool done = false;
        foreach (byte[] piece in stream.Chunk(4096))
        {
            var input = new ReadOnlySequence<byte>([.. left, .. piece]);
            done = parser.TryRead(ref input, out value);
            left = input.ToArray();
        }

        Assert.True(done);
        Assert.Equal(10_001, value.Elements.Length);
        Assert.True(value.Elements[0].Bytes.AsSpan().SequenceEqual(blob));
    }

    [Fact]
    public void Malformed_streams_end_with_a_protocol_error()
    {
        foreach (string stream in Vectors.Malformed)
        {
            Assert.True(Throws(stream, []), $"Believed: {stream.ReplaceLineEndings("|")}");
            Assert.True(Throws(stream, Enumerable.Range(1, stream.Length - 1)), $"Believed byte by byte: {stream.ReplaceLineEndings("|")}");
        }

        static bool Throws(string stream, IEnumerable<int> cuts) =>
            Record.Exception(() => Wire.ReadAll(Wire.Bytes(stream), cuts, new RespLimits())) is RedisProtocolException { Message.Length: > 10 };
    }

    [Fact]
    public void Broken_parser_reads_nothing_any_more()
    {
        var parser = new RespParser(new RespLimits());
        var bad = new ReadOnlySequence<byte>(Wire.Bytes("@\r\n"));
        Assert.Throws<RedisProtocolException>(() => parser.TryRead(ref bad, out _));

        var good = new ReadOnlySequence<byte>(Wire.Bytes("+OK\r\n"));
        Assert.Throws<RedisProtocolException>(() => parser.TryRead(ref good, out _));
    }

    [Fact]
    public void Limits_hold()
    {
        var limits = new RespLimits { MaxDepth = 3, MaxElements = 10, MaxLineLength = 20, MaxReplyBytes = 30 };

        Assert.Equal(["[[[:1]]]"], Wire.ReadWhole("*1\r\n*1\r\n*1\r\n:1\r\n", limits));
        AssertRefused("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "nested");
        AssertRefused("*1\r\n*1\r\n*1\r\n|1\r\n:1\r\n", "nested");
        Assert.Equal(["[:1 :1 :1 :1 :1 :1 :1 :1 :1]"], Wire.ReadWhole("*9\r\n" + Repeat(":1\r\n", 9), limits));
        AssertRefused("*11\r\n", "values");
        AssertRefused("%6\r\n", "values");
        AssertRefused("*?\r\n" + Repeat(":1\r\n", 10), "values");
        AssertRefused("*2\r\n*5\r\n" + Repeat(":1\r\n", 5) + "*5\r\n" + Repeat(":1\r\n", 5), "values");
        Assert.Equal(["+12345678901234567890"[..20]], Wire.ReadWhole("+1234567890123456789\r\n", limits));
        AssertRefused("+12345678901234567890\r\n", "line");
        AssertRefused("+" + new string('x', 21), "line");
        AssertRefused("$31\r\n", "bytes");
        AssertRefused("*2\r\n$16\r\n0123456789abcdef\r\n$16\r\n", "bytes");
        AssertRefused("$?\r\n;20\r\n01234567890123456789\r\n;20\r\n", "bytes");
        AssertRefused("$9223372036854775807\r\n", "bytes");

        // The budget is each reply's own.
        Assert.Equal(50, Wire.ReadWhole(Repeat("$16\r\n0123456789abcdef\r\n", 50), limits).Count);

        void AssertRefused(string stream, string why) =>
            Assert.Contains(why, Assert.Throws<RedisProtocolException>(() => Wire.ReadWhole(stream, limits)).Message, StringComparison.Ordinal);

        static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
    }

    [Fact]
    public void Announced_lengths_take_no_memory_before_the_bytes_come()
    {
        string[] claims = ["$536870912\r\nabc", "*1048576\r\n:1\r\n", "%524288\r\n:1\r\n", "*1\r\n*1000000\r\n*1000\r\n:1\r\n"];
        foreach (string claim in claims)
        {
            var parser = new RespParser(new RespLimits());
            long before = GC.GetAllocatedBytesForCurrentThread();
            var input = new ReadOnlySequence<byte>(Wire.Bytes(claim));
            Assert.False(parser.TryRead(ref input, out _));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 512 * 1024);
        }
    }

    [Fact]
    public void Blob_of_usual_size_is_allocated_once()
    {
        var parser = new RespParser(new RespLimits());
        byte[] stream = Wire.Bytes("$1000\r\n" + new string('x', 1000) + "\r\n");
        Read();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1000, 1100);

        void Read()
        {
            var input = new ReadOnlySequence<byte>(stream);
            if (!parser.TryRead(ref input, out _))
                throw new InvalidOperationException("The blob is whole.");
        }
    }
}
