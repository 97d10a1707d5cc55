using System.Buffers;
using System.IO.Pipelines;
using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>
/// One connection to one server, shared by everybody: commands are written as they come, without waiting for the answers
/// to those before them, and the answers are handed out in the same order.
/// </summary>
/// <remarks>
/// <para>Writing: callers append to a buffer under the gate. One of them at a time is the writer and sends what has
/// gathered, until nothing has. A caller who finds the connection quiet sends at once on its own thread; with others
/// under way the sending is left to the thread pool, so that more gathers for one system call.</para>
/// <para>Reading: one loop. It is the only one that takes from the queue of pending replies; pushes are told between
/// them, in the server's order, which is what makes tracking right.</para>
/// <para>Invariants, under the gate: the queue holds exactly the commands that were appended and not answered, in
/// order; when <c>_closed</c> is set the queue is empty and nothing is appended any more.</para>
/// <para>Bounded: callers wait while more than <see cref="MaxOutgoingBytes"/> are not yet sent or more than
/// <see cref="MaxPending"/> replies are due.</para>
/// </remarks>
internal sealed class RedisConnection : IThreadPoolWorkItem, IAsyncDisposable
{
    public const int MaxOutgoingBytes = 4 * 1024 * 1024;
    public const int MaxPending = 64 * 1024;

    private const int KeptBufferBytes = 1024 * 1024;
    private const int ReadBufferBytes = 32 * 1024;
    private const int MaxHandedOutAtOnce = 64;

    private static readonly RedisCommand Asking = RedisCommand.About("ASKING");
    private static readonly RedisCommand Ping = RedisCommand.About("PING");

    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private readonly RespParser _parser;
    private readonly IConnectionObserver _observer;
    private readonly Traffic _traffic;
    private readonly Heartbeat _heartbeat;
    // The reading loop's alone: the push that came last, if nothing else has; and answers that are about to be handed out.
    private RespValue _before;
    private readonly RespValue[] _answers = new RespValue[MaxHandedOutAtOnce];
    private readonly PendingReply[] _receivers = new PendingReply[MaxHandedOutAtOnce];
    private int _answerCount;
    private long _received; // Written by the reading loop only.
    private readonly TaskCompletionSource<Exception> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Protects all fields below.
    private readonly Lock _gate = new();
    private readonly Queue<PendingReply> _pending = new();
    private ArrayBufferWriter<byte> _outgoing = new();
    private ArrayBufferWriter<byte> _spare = new();
    private TaskCompletionSource? _room;
    private int _unsentCommands;
    private bool _writing;
    private Exception? _closed;

    public RedisConnection(Stream stream, string server, RespLimits limits, IConnectionObserver observer, Traffic traffic, HeartbeatTimes heartbeat)
    {
        _stream = stream;
        Server = server;
        _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBufferBytes, leaveOpen: true));
        _parser = new RespParser(limits);
        _observer = observer;
        _traffic = traffic;
        _heartbeat = new Heartbeat(this, heartbeat);
        _ = ReadAsync();
        _heartbeat.Start();
    }

    /// <summary>The server's name, for messages.</summary>
    public string Server { get; }

    /// <summary>Completes when the connection has ended, with the reason.</summary>
    public Task<Exception> Ended => _ended.Task;

    /// <summary>The reply that has been due for longest, and how many bytes have come so far: when neither changes, nothing moves.</summary>
    public (PendingReply? Oldest, long Received) Progress
    {
        get
        {
            lock (_gate)
                return (_pending.TryPeek(out PendingReply? oldest) ? oldest : null, Volatile.Read(ref _received));
        }
    }

    /// <summary>Sends a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="asking">Whether to put ASKING before it.</param>
    /// <param name="cancellationToken">Gives up before the command is sent. Once sent, a command ends with its answer or with the connection.</param>
    /// <returns>The answer, which may be an error.</returns>
    /// <exception cref="RedisConnectionException">The connection ended before the answer came.</exception>
    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, bool asking, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<RespValue>(cancellationToken);
        PendingReply reply = PendingReply.Rent(isSubscription: command.Arguments[0].Span.SequenceEqual("SUBSCRIBE"u8));
        return TrySend(command, asking, reply, out Task? room)
            ? reply.Task
            : WaitAndSendAsync(command, asking, reply, room!, cancellationToken);
    }

    /// <summary>Sends a PING whose answer nobody waits for.</summary>
    public void Beat() => TrySend(Ping, asking: false, new PendingReply(), out _);

    /// <summary>Ends the connection: whoever waits for an answer is told why.</summary>
    public void Close(Exception reason)
    {
        PendingReply[] abandoned;
        TaskCompletionSource? room;
        lock (_gate)
        {
            if (_closed is not null)
                return;
            _closed = reason;
            abandoned = [.. _pending];
            _pending.Clear();
            room = _room;
            _room = null;
        }

        _heartbeat.Dispose();
        _stream.Dispose();
        _ended.TrySetResult(reason);
        room?.TrySetResult();
        foreach (PendingReply reply in abandoned)
            reply.SetException(Lost(reason, wasSent: true));
    }

    public ValueTask DisposeAsync()
    {
        Close(new ObjectDisposedException(nameof(RedisStore)));
        return ValueTask.CompletedTask;
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    private async ValueTask<RespValue> WaitAndSendAsync(RedisCommand command, bool asking, PendingReply reply, Task room, CancellationToken cancellationToken)
    {
        do
            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (!TrySend(command, asking, reply, out room!));
        return await reply.Task.ConfigureAwait(false);
    }

    private bool TrySend(RedisCommand command, bool asking, PendingReply reply, out Task? room)
    {
        room = null;
        bool start;
        bool quiet;
        lock (_gate)
        {
            if (_closed is not null)
            {
                reply.SetException(Lost(_closed, wasSent: false));
                return true;
            }

            if (_pending.Count >= MaxPending || _outgoing.WrittenCount >= MaxOutgoingBytes)
            {
                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                return false;
            }

            quiet = _pending.Count == 0;
            if (asking)
            {
                RespWriter.WriteCommand(_outgoing, Asking.Arguments);
                _pending.Enqueue(new PendingReply());
            }

            RespWriter.WriteCommand(_outgoing, command.Arguments);
            _pending.Enqueue(reply);
            _unsentCommands++;
            start = !_writing;
            _writing = true;
        }

        if (start && quiet)
            _ = WriteAsync();
        else if (start)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    private async Task WriteAsync()
    {
        try
        {
            while (Take() is { } batch)
            {
                await _stream.WriteAsync(batch.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
                _traffic.SentBytes(batch.WrittenCount);
                batch.ResetWrittenCount();
            }
        }
        catch (Exception error)
        {
            Close(error);
        }
    }

    // What has gathered, or nothing: then there is no writer any more.
    private ArrayBufferWriter<byte>? Take()
    {
        TaskCompletionSource? room;
        ArrayBufferWriter<byte> batch;
        lock (_gate)
        {
            if (_outgoing.WrittenCount == 0 || _closed is not null)
            {
                _writing = false;
                return null;
            }

            _traffic.Sent(_unsentCommands);
            _unsentCommands = 0;
            batch = _outgoing;
            // The other buffer was sent before this is asked for again. A big one is not kept.
            _outgoing = _spare.Capacity > KeptBufferBytes ? new ArrayBufferWriter<byte>() : _spare;
            _spare = batch;
            room = TakeRoom();
        }

        room?.SetResult();
        return batch;
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                ReadResult result = await _reader.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> buffer = result.Buffer;
                long before = buffer.Length;
                Receive(ref buffer);
                _reader.AdvanceTo(buffer.Start, buffer.End);
                _traffic.ReceivedBytes(before - buffer.Length);
                Volatile.Write(ref _received, _received + Math.Max(1, before - buffer.Length));
                if (result.IsCompleted)
                    throw new EndOfStreamException("The server closed the connection.");
            }
        }
        catch (Exception error)
        {
            Close(error);
            await _reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    // Answers are gathered, so that the gate is taken once for many; a push is told when those before it have been handed out.
    private void Receive(ref ReadOnlySequence<byte> buffer)
    {
        try
        {
            while (_parser.TryRead(ref buffer, out RespValue value))
            {
                if (value.Kind == RespKind.Push)
                {
                    HandOut();
                    ReceivePush(value);
                }
                else
                {
                    _answers[_answerCount++] = value;
                    if (_answerCount == _answers.Length)
                        HandOut();
                }
            }
        }
        finally
        {
            HandOut(); // Also what came before bytes that are no reply.
        }
    }

    private void HandOut()
    {
        int count = _answerCount;
        if (count == 0)
            return;
        _answerCount = 0;
        _before = RespValue.Null;
        TaskCompletionSource? room;
        int due = 0;
        lock (_gate)
        {
            if (_closed is not null)
                return;
            while (due < count && _pending.TryDequeue(out PendingReply? reply))
                _receivers[due++] = reply;
            room = TakeRoom();
        }

        room?.SetResult();
        for (int i = 0; i < due; i++)
            _receivers[i].SetResult(_answers[i]);
        RespValue next = due < count ? _answers[due] : RespValue.Null;
        Array.Clear(_answers, 0, count);
        if (due < count)
            throw new RedisProtocolException($"The server answered {next}, and nothing was asked.");
    }

    private void ReceivePush(in RespValue push)
    {
        PendingReply? subscription = null;
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            if (_closed is not null)
                return;
            if (_pending.TryPeek(out PendingReply? oldest) && oldest.IsSubscription && IsSubscribed(push))
            {
                subscription = _pending.Dequeue();
                room = TakeRoom();
            }
        }

        room?.SetResult();
        if (subscription is not null)
            subscription.SetResult(push);
        else
            _observer.OnPush(push, _before);
        _before = subscription is null ? push : RespValue.Null;
    }

    private static bool IsSubscribed(in RespValue push) => push.Elements is [{ Kind: RespKind.Blob } what, ..] && what.Bytes.AsSpan().SequenceEqual("subscribe"u8);

    // Under the gate: whoever waits may try again.
    private TaskCompletionSource? TakeRoom()
    {
        if (_room is null || _pending.Count >= MaxPending / 2 || _outgoing.WrittenCount >= MaxOutgoingBytes / 2)
            return null;
        TaskCompletionSource room = _room;
        _room = null;
        return room;
    }

    private RedisConnectionException Lost(Exception reason, bool wasSent) => new(
        wasSent ? $"The connection to {Server} ended before the answer came: {reason.Message}" : $"There is no connection to {Server}: {reason.Message}",
        reason)
    { MayHaveBeenCarriedOut = wasSent };
}
