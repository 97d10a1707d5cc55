using System.Buffers;
using Larder.MongoDB.Wire;

namespace Larder.MongoDB.Connections;

/// <summary>One connection, on which one command is under way at a time.</summary>
/// <remarks>
/// Whatever goes wrong ends it. A command that was sent is not taken back: it ends with its answer, with the connection, or
/// when its time is over, so that whoever is told of an end knows that nothing comes after.
/// </remarks>
internal sealed class MongoConnection(Stream stream, ServerAddress server, int generation, bool useChecksums, TimeProvider time) : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int KeptOutgoingBytes = 256 * 1024;
    private const int FirstStep = 1024 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private ArrayBufferWriter<byte> _outgoing = new();
    private CancellationTokenSource _timeout = new(Timeout.InfiniteTimeSpan, time);
    private int _requests;
    private int _disposed;

    public ServerAddress Server => server;

    /// <summary>Which life of the pool it is of.</summary>
    public int Generation => generation;

    /// <summary>When it was last given back; by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long IdleSince { get; set; }

    public bool IsBroken => Volatile.Read(ref _disposed) != 0;

    /// <summary>What the server said when it was greeted.</summary>
    public HelloReply? Hello { get; set; }

    /// <summary>Sends a message and waits for the answer's body.</summary>
    /// <exception cref="MongoDbConnectionException">There was no answer.</exception>
    /// <exception cref="MongoDbProtocolException">The answer is none.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ExchangeAsync(OpMsg message, TimeSpan timeout)
    {
        try
        {
            int request = ++_requests;
            if (useChecksums)
                message = message with { Flags = message.Flags | OpMsgFlags.ChecksumPresent };
            _outgoing.ResetWrittenCount();
            message.Write(_outgoing, request);
            _timeout.CancelAfter(timeout);
            await stream.WriteAsync(_outgoing.WrittenMemory, _timeout.Token).ConfigureAwait(false);
            OpMsg reply = OpMsg.Read(await ReceiveAsync(request, _timeout.Token).ConfigureAwait(false));
            if (reply.Flags.HasFlag(OpMsgFlags.MoreToCome) || reply.Sequences.Count > 0)
                throw new MongoDbProtocolException("The server's answer has more than one document, and was not asked for more.");
            if (!_timeout.TryReset())
                Renew();
            if (_outgoing.Capacity > KeptOutgoingBytes)
                _outgoing = new ArrayBufferWriter<byte>();
            return reply.Body;
        }
        catch (OperationCanceledException late) when (!IsBroken)
        {
            Dispose();
            throw new MongoDbConnectionException($"{server} did not answer within {timeout.TotalMilliseconds:0} ms.", late);
        }
        catch (Exception error)
        {
            Dispose();
            if (error is MongoDbProtocolException)
                throw;
            throw new MongoDbConnectionException($"The connection to {server} ended before the answer came: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        stream.Dispose();
        _timeout.Dispose();
    }

    // The time was over when the answer was there.
    private void Renew()
    {
        _timeout.Dispose();
        _timeout = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    // Memory is taken as bytes arrive, not as they are announced.
    private async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(int request, CancellationToken cancellationToken)
    {
        int received = await stream.ReadAtLeastAsync(_buffer, MessageHeader.Size, throwOnEndOfStream: true, cancellationToken).ConfigureAwait(false);
        MessageHeader header = MessageHeader.Read(_buffer);
        if (header.OpCode != MessageHeader.OpMsg)
            throw new MongoDbProtocolException($"The server sent a message of kind {header.OpCode}; it must be {MessageHeader.OpMsg}.");
        if (header.ResponseTo != request)
            throw new MongoDbProtocolException($"The server answered request {header.ResponseTo}, and request {request} was asked.");
        if (received > header.Length)
            throw new MongoDbProtocolException($"The server sent {received - header.Length} bytes more than its answer has.");

        byte[] message = GC.AllocateUninitializedArray<byte>(Math.Min(header.Length, Math.Max(FirstStep, received)));
        _buffer.AsSpan(0, received).CopyTo(message);
        while (received < header.Length)
        {
            if (received == message.Length)
                Array.Resize(ref message, (int)Math.Min(header.Length, 2L * message.Length));
            await stream.ReadExactlyAsync(message.AsMemory(received), cancellationToken).ConfigureAwait(false);
            received = message.Length;
        }

        return message;
    }
}
