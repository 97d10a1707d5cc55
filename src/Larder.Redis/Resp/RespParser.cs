using System.Buffers;
using System.Text;

namespace Larder.Redis.Resp;

/// <summary>
/// Reads RESP3 (https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md) in whatever pieces it comes.
/// </summary>
/// <remarks>
/// <para>The parser keeps what it has read of an unfinished reply and consumes its bytes, so that no byte is looked at
/// twice but those of an unfinished line, and a reply of any size passes through a small buffer.</para>
/// <para>An announced length is a claim: memory is taken as the bytes arrive (<see cref="RespBlob"/>,
/// <see cref="RespFrame"/>), within <see cref="RespLimits"/>. Attributes are read and dropped. A push may stand only
/// between replies. Whatever breaks a rule throws, and the parser cannot be used any more: nobody knows where the
/// next reply would begin.</para>
/// </remarks>
internal sealed class RespParser(RespLimits limits)
{
    private const int LongestPlainLength = 6; // Digits.

    private readonly Stack<RespFrame> _open = new();
    private readonly RespBlob _blob = new(limits);
    private int _elements;
    private bool _attributed; // An attribute has ended, and the value that it is about has not begun.
    private bool _broken;

    /// <summary>Reads the next whole reply or push, and takes what it has read off <paramref name="input"/>.</summary>
    /// <returns><see langword="false"/> when more bytes are needed.</returns>
    /// <exception cref="RedisProtocolException">The bytes are no RESP3, or exceed the limits.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> input, out RespValue value)
    {
        if (_broken)
            throw new RedisProtocolException("The stream was broken before.");
        if (TryReadPlainBlob(ref input, out value))
            return true;
        try
        {
            while (TryReadToken(ref input, out RespValue? token))
            {
                if (token is { } whole && Close(whole, out value))
                {
                    _elements = 0;
                    _blob.Forget();
                    return true;
                }
            }
        }
        catch
        {
            _broken = true;
            throw;
        }

        value = default;
        return false;
    }

    // Most replies: a short blob on its own that is here in one piece. Whatever is not exactly that goes the long way.
    private bool TryReadPlainBlob(ref ReadOnlySequence<byte> input, out RespValue value)
    {
        value = default;
        ReadOnlySpan<byte> bytes = input.FirstSpan;
        if (bytes.Length < 5 || bytes[0] != (byte)'$' || bytes[1] == (byte)'0' || _open.Count > 0 || _attributed || _blob.IsOpen || _blob.IsStreamed)
            return false;
        int length = 0;
        int at = 1;
        for (; at <= LongestPlainLength && at < bytes.Length && char.IsAsciiDigit((char)bytes[at]); at++)
            length = (length * 10) + (bytes[at] - '0');
        int begin = at + 2;
        if (at == 1 || length > limits.MaxReplyBytes || bytes.Length - begin < length + 2
            || !bytes[at..begin].SequenceEqual("\r\n"u8) || !bytes.Slice(begin + length, 2).SequenceEqual("\r\n"u8))
            return false;
        value = RespValue.OfBlob(bytes.Slice(begin, length).ToArray());
        input = input.Slice(begin + length + 2);
        return true;
    }

    // One token: a scalar is a value at once, the beginning of an aggregate or of a blob is not yet one.
    private bool TryReadToken(ref ReadOnlySequence<byte> input, out RespValue? value)
    {
        value = null;
        if (_blob.IsOpen)
            return _blob.TryFill(ref input, out value);

        if (!TryReadLine(ref input, out ReadOnlySequence<byte> line))
            return false;
        if (line.IsSingleSegment)
        {
            value = Read(line.FirstSpan);
            return true;
        }

        byte[] whole = ArrayPool<byte>.Shared.Rent((int)line.Length);
        line.CopyTo(whole);
        value = Read(whole.AsSpan(0, (int)line.Length));
        ArrayPool<byte>.Shared.Return(whole);
        return true;
    }

    private bool TryReadLine(ref ReadOnlySequence<byte> input, out ReadOnlySequence<byte> line)
    {
        // In the first piece, nearly always.
        int end = input.FirstSpan.IndexOf("\r\n"u8);
        if (end >= 0 && end <= limits.MaxLineLength)
        {
            line = input.Slice(0, end);
            input = input.Slice(end + 2);
            return true;
        }

        var reader = new SequenceReader<byte>(input);
        if (reader.TryReadTo(out line, "\r\n"u8))
        {
            if (line.Length > limits.MaxLineLength)
                throw TooLong();
            input = reader.UnreadSequence;
            return true;
        }

        if (input.Length > limits.MaxLineLength + 1L)
            throw TooLong();
        return false;

        RedisProtocolException TooLong() => new($"A line is longer than {limits.MaxLineLength} bytes.");
    }

    private RespValue? Read(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
            throw new RedisProtocolException("A line is empty where a type was due.");
        byte type = line[0];
        ReadOnlySpan<byte> rest = line[1..];
        if (_blob.IsStreamed)
        {
            if (type != (byte)';')
                throw new RedisProtocolException($"A streamed string goes on with '{Shown(type)}' where ';' was due.");
            return _blob.BeginChunk(Length(rest, nullable: false));
        }

        if (type == (byte)'.')
            return End(rest);
        _attributed = false;
        if (type != (byte)'|' && ++_elements > limits.MaxElements)
            throw new RedisProtocolException($"A reply has more than {limits.MaxElements} values.");
        return type switch
        {
            (byte)'$' => rest.SequenceEqual("?"u8) ? _blob.BeginStream() : _blob.Begin(RespKind.Blob, Length(rest, nullable: true)),
            (byte)'!' => _blob.Begin(RespKind.Error, Length(rest, nullable: false)),
            (byte)'=' => _blob.Begin(RespKind.Verbatim, Length(rest, nullable: false)),
            (byte)'*' => Open(RespKind.Array, rest, perEntry: 1),
            (byte)'~' => Open(RespKind.Set, rest, perEntry: 1),
            (byte)'%' => Open(RespKind.Map, rest, perEntry: 2),
            (byte)'>' => Open(RespKind.Push, rest, perEntry: 1),
            (byte)'|' => Open(null, rest, perEntry: 2),
            _ => Scalar(type, rest),
        };
    }

    private static RespValue Scalar(byte type, ReadOnlySpan<byte> text)
    {
        switch (type)
        {
            case (byte)'+':
                return RespValue.OfText(RespKind.SimpleString, text.SequenceEqual("OK"u8) ? "OK" : text.SequenceEqual("QUEUED"u8) ? "QUEUED" : Line(text));
            case (byte)'-':
                return RespValue.OfText(RespKind.Error, Line(text));
            case (byte)':' when RespNumber.TryReadInteger(text, out long number):
                return RespValue.OfInteger(number);
            case (byte)',' when RespNumber.TryReadDouble(text, out double number):
                return RespValue.OfDouble(number);
            case (byte)'(' when RespNumber.IsBigNumber(text):
                return RespValue.OfText(RespKind.BigNumber, Encoding.ASCII.GetString(text));
            case (byte)'#' when text is [(byte)'t' or (byte)'f']:
                return RespValue.OfBoolean(text[0] == (byte)'t');
            case (byte)'_' when text.IsEmpty:
                return RespValue.Null;
            case (byte)':' or (byte)',' or (byte)'(' or (byte)'#' or (byte)'_':
                throw new RedisProtocolException($"A value of type '{Shown(type)}' is malformed.");
            default:
                throw new RedisProtocolException($"'{Shown(type)}' is no type of RESP3.");
        }
    }

    private static string Line(ReadOnlySpan<byte> text) =>
        text.ContainsAny((byte)'\r', (byte)'\n')
            ? throw new RedisProtocolException("A line holds a bare carriage return or line feed.")
            : Encoding.UTF8.GetString(text);

    private RespValue? Open(RespKind? kind, ReadOnlySpan<byte> rest, int perEntry)
    {
        if (kind == RespKind.Push && _open.Count > 0)
            throw new RedisProtocolException("A push stands inside a reply.");
        int expected = RespFrame.Unknown;
        if (!(rest.SequenceEqual("?"u8) && kind is RespKind.Array or RespKind.Set or RespKind.Map))
        {
            long count = Length(rest, nullable: kind == RespKind.Array);
            if (count < 0)
                return RespValue.Null;
            if (count > limits.MaxElements / perEntry)
                throw new RedisProtocolException($"An aggregate announces {count} entries; at most {limits.MaxElements} values are believed.");
            expected = (int)count * perEntry;
        }

        if (_open.Count == limits.MaxDepth)
            throw new RedisProtocolException($"Aggregates are nested deeper than {limits.MaxDepth}.");
        var frame = new RespFrame(kind, expected);
        if (frame.IsFull)
            return Ended(frame);
        _open.Push(frame);
        return null;
    }

    // The mark that ends a streamed aggregate.
    private RespValue? End(ReadOnlySpan<byte> rest)
    {
        if (!rest.IsEmpty || _attributed || !_open.TryPop(out RespFrame? frame) || !frame.CanEnd)
            throw new RedisProtocolException("'.' stands where no streamed aggregate can end.");
        return Ended(frame);
    }

    // Gives a value to the aggregate that is open, which may end with it, and so on. True when the reply is whole.
    private bool Close(RespValue value, out RespValue whole)
    {
        whole = value;
        while (_open.TryPeek(out RespFrame? frame))
        {
            frame.Add(whole);
            if (!frame.IsFull)
                return false;
            _open.Pop();
            if (Ended(frame) is not { } ended)
                return false;
            whole = ended;
        }

        return true;
    }

    private RespValue? Ended(RespFrame frame)
    {
        _attributed = frame.Kind is null;
        return frame.Kind is { } kind ? RespValue.OfAggregate(kind, frame.ToArray()) : null;
    }

    private static long Length(ReadOnlySpan<byte> text, bool nullable) =>
        RespNumber.TryReadInteger(text, out long length) && (length >= 0 || (nullable && length == -1))
            ? length
            : throw new RedisProtocolException("A length is malformed.");

    private static string Shown(byte type) => type is > 0x20 and < 0x7F ? ((char)type).ToString() : $"\\x{type:X2}";
}
