namespace Larder.Serialization;

/// <summary>Writes into a <see cref="PooledBufferWriter"/> until a bound, then drops the rest and remembers that it did.</summary>
internal sealed class BoundedWriteStream(PooledBufferWriter output, int maxBytes) : Stream
{
    /// <summary>Whether there was more than the bound allows.</summary>
    public bool Overflowed { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Overflowed |= buffer.Length > maxBytes - output.WrittenCount;
        if (!Overflowed)
            output.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
