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
/// under way the sending is left to the thread pool, so that more gathers for one system call. What callers send while a
/// batch of answers is handed out to them is held until the batch is done (<see cref="ReplyBatch"/>).</para>
/// <para>Reading: one loop. It is the only one that takes from the queue of pending replies; pushes are told between
/// them, in the server's order, which is what makes tracking right. Answers are handed out when the next read has been
/// asked for: by then the loop is nobody's, and goes on wherever bytes come, whatever the callers do with this thread.</para>
/// <para>Invariants, under the gate: the queue holds exactly the commands that were appended and not answered, in
/// order; when <c>_closed</c> is set the queue is empty and nothing is appended any more.</para>
/// <para>Bounded: callers wait while more than <see cref="MaxOutgoingBytes"/> are not yet sent or more than
/// <see cref="MaxPending"/> replies are due.</para>
/// </remarks>
internal sealed partial class RedisConnection : IThreadPoolWorkItem, IAsyncDisposable
{
    public const int MaxOutgoingBytes = 4 * 1024 * 1024;
    public const int MaxPending = 64 * 1024;

    private static readonly RedisCommand Ping = RedisCommand.About("PING");

    private readonly Stream _stream;
    private readonly IConnectionObserver _observer;
    private readonly Traffic _traffic;
    private readonly Heartbeat _heartbeat;
    private readonly BatchWatch _watch = new();
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
        _onRead = Read;
        _batch = _watch.Rent();
        Read(AwaiterOf(_reader.ReadAsync()));
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
        PendingReply reply = PendingReply.Rent(command.Answers + (asking ? 1 : 0), isSubscription: command.Arguments[0].Span.SequenceEqual("SUBSCRIBE"u8));
        return TrySend(command, asking, reply, out Task? room)
            ? reply.Task
            : WaitAndSendAsync(command, asking, reply, room!, cancellationToken);
    }

    /// <summary>Sends a PING whose answer nobody waits for.</summary>
    public void Beat() => TrySend(Ping, asking: false, PendingReply.Rent(answers: 1, isSubscription: false), out _);

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
        _watch.Dispose();
        _stream.Dispose();
        _ended.TrySetResult(reason);
        room?.TrySetResult();
        foreach (PendingReply reply in abandoned)
        {
            reply.Fail(Lost(reason, wasSent: true));
            ThreadPool.UnsafeQueueUserWorkItem(reply, preferLocal: false);
        }
    }

    public ValueTask DisposeAsync()
    {
        Close(new ObjectDisposedException(nameof(RedisStore)));
        return ValueTask.CompletedTask;
    }

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
