using System.Threading.Channels;

namespace Larder.Redis.Tests.Connections;

/// <summary>A connection's other end, played by the test: what it says is read in the pieces in which it says it, and every write is kept.</summary>
internal sealed class ScriptedStream : Stream
{
    private readonly Channel<byte[]> _said = Channel.CreateUnbounded<byte[]>();
    private readonly Lock _gate = new();
    private readonly List<byte[]> _writes = [];
    private byte[] _left = [];

    /// <summary>What was written so far, write by write.</summary>
    public byte[][] Writes
    {
        get
        {
            lock (_gate)
                return [.. _writes];
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Say(string text) => _said.Writer.TryWrite(Resp.Wire.Bytes(text));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left.Length == 0)
        {
            if (!await _said.Reader.WaitToReadAsync(cancellationToken))
                return 0;
            _left = await _said.Reader.ReadAsync(cancellationToken);
        }

        int count = Math.Min(buffer.Length, _left.Length);
        _left.AsSpan(0, count).CopyTo(buffer.Span);
        _left = _left[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
            _writes.Add(buffer.ToArray());
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _said.Writer.TryComplete();
        base.Dispose(disposing);
    }
}
