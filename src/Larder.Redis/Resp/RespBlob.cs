using System.Buffers;
using System.Text;

namespace Larder.Redis.Resp;

/// <summary>A blob that is being read: bytes of an announced length, or a string streamed in chunks of one.</summary>
internal sealed class RespBlob(RespLimits limits)
{
    // A blob of this size has its array at once and is allocated exactly once; a larger one grows as its bytes come.
    private const int BelievedAtOnce = 256 * 1024;

    private byte[] _bytes = [];
    private RespKind _kind;
    private int _filled;
    private int _length;
    private long _replyBytes;

    /// <summary>Whether bytes of announced length are due.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether the blob is streamed, so that chunks are due.</summary>
    public bool IsStreamed { get; private set; }

    /// <summary>A reply has ended; the next has a new budget.</summary>
    public void Forget() => _replyBytes = 0;

    public RespValue? Begin(RespKind kind, long length)
    {
        if (length < 0)
            return RespValue.Null;
        _kind = kind;
        _filled = 0;
        _length = 0;
        _bytes = [];
        Announce(length);
        return null;
    }

    public RespValue? BeginStream()
    {
        _kind = RespKind.Blob;
        _filled = 0;
        _length = 0;
        _bytes = [];
        IsStreamed = true;
        return null;
    }

    /// <summary>Begins a chunk; one of no length ends the stream.</summary>
    public RespValue? BeginChunk(long length)
    {
        if (length == 0)
        {
            IsStreamed = false;
            return Whole();
        }

        Announce(length);
        return null;
    }

    /// <summary>Takes what has come.</summary>
    /// <returns><see langword="false"/> when more bytes are needed.</returns>
    public bool TryFill(ref ReadOnlySequence<byte> input, out RespValue? value)
    {
        value = null;
        int missing = _length - _filled;
        if (missing > 0)
        {
            int come = (int)Math.Min(missing, input.Length);
            if (come == 0)
                return false;
            MakeRoom(come);
            input.Slice(0, come).CopyTo(_bytes.AsSpan(_filled));
            _filled += come;
            input = input.Slice(come);
        }

        if (_filled < _length || input.Length < 2)
            return false;
        Span<byte> end = stackalloc byte[2];
        input.Slice(0, 2).CopyTo(end);
        if (!end.SequenceEqual("\r\n"u8))
            throw new RedisProtocolException("A blob does not end where its length says.");
        input = input.Slice(2);
        IsOpen = false;
        if (!IsStreamed)
            value = Whole();
        return true;
    }

    private void Announce(long length)
    {
        if (length > limits.MaxReplyBytes - _replyBytes)
            throw new RedisProtocolException($"A reply of {_replyBytes} bytes announces {length} more; at most {limits.MaxReplyBytes} are taken.");
        _replyBytes += length;
        _length += (int)length;
        IsOpen = true;
    }

    private void MakeRoom(int come)
    {
        int needed = _filled + come;
        if (needed <= _bytes.Length)
            return;
        int size = _length <= BelievedAtOnce ? _length : (int)Math.Min(_length, Math.Max(needed, 2L * _bytes.Length));
        Array.Resize(ref _bytes, size);
    }

    private RespValue Whole()
    {
        byte[] bytes = _filled == _bytes.Length ? _bytes : _bytes[.._filled];
        _bytes = [];
        return _kind switch
        {
            RespKind.Error => RespValue.OfText(RespKind.Error, Encoding.UTF8.GetString(bytes)),
            // Three bytes tell the format; the text stands behind a colon.
            RespKind.Verbatim when bytes is [_, _, _, (byte)':', ..] => RespValue.OfText(RespKind.Verbatim, Encoding.UTF8.GetString(bytes.AsSpan(4))),
            RespKind.Verbatim => throw new RedisProtocolException("A verbatim string has no format."),
            _ => RespValue.OfBlob(bytes),
        };
    }
}
