using Larder.Serialization;

namespace Larder.Tests.Serialization;

public sealed class PooledBufferWriterTests
{
    [Fact]
    public void Bytes_survive_growth()
    {
        using var writer = new PooledBufferWriter(1);
        byte[] expected = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7))];
        foreach (byte[] chunk in expected.Chunk(777))
            writer.Write(chunk);
        Assert.Equal(expected, writer.WrittenSpan);
        Assert.Equal(expected, writer.WrittenMemory.Span);
    }

    [Fact]
    public void Limit_holds_to_the_byte()
    {
        using var writer = new PooledBufferWriter(limit: 10);
        writer.Write(new byte[10]);
        Assert.Contains("10 bytes (MaxPayloadBytes)", Assert.Throws<InvalidOperationException>(() => writer.Write([1])).Message, StringComparison.Ordinal);
        Assert.Equal(10, writer.WrittenCount);
    }

    [Fact]
    public void More_room_than_the_limit_may_be_asked_for_and_not_used()
    {
        using var writer = new PooledBufferWriter(limit: 10);
        Assert.True(writer.GetSpan(10_000).Length >= 10_000);
        writer.Advance(3);
        Assert.Equal(3, writer.WrittenCount);
    }

    [Fact]
    public void Nobody_advances_over_the_room_or_back()
    {
        using var writer = new PooledBufferWriter();
        int room = writer.GetSpan().Length;
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.GetMemory(-1));
    }

    [Fact]
    public void Writer_kept_too_long_writes_into_nobody_elses_array()
    {
        var writer = new PooledBufferWriter();
        writer.Dispose();
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.GetSpan(1));
        Assert.Throws<ObjectDisposedException>(() => writer.GetMemory());
    }
}
