using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Larder.Redis.Connections;

/// <summary>
/// Answers that came together. They are handed out one after the other on one thread, and the commands that their callers
/// send in turn are held until all have been handed out: then they are one write.
/// </summary>
/// <remarks>
/// <para>No caller may hold up another. Whatever is not yet handed out when the callers take long goes to the thread pool,
/// each answer on its own, and what is held is sent: this thread notices it between two callers, and <see cref="BatchWatch"/>
/// when one of them does not come back at all.</para>
/// <para>An answer that came alone has nobody behind it. Nothing is held for it.</para>
/// <para>Used again by its connection when it has run: nobody else knows it by then.</para>
/// </remarks>
internal sealed class ReplyBatch(BatchWatch watch) : IThreadPoolWorkItem
{
    // Callers that go on to their next command take well under a microsecond each.
    private const int LongMicroseconds = 30;
    private const int LongMicrosecondsEach = 4;

    [ThreadStatic]
    private static ReplyBatch? _running;

    private readonly Lock _gate = new(); // Protects the list, which this thread adds to and the watch reads.
    private readonly List<RedisConnection> _held = [];
    private PendingReply?[] _replies = new PendingReply?[64];
    private int _count;
    private int _next; // Changed by this thread and by the watch.
    private RedisConnection? _lastHeld;
    private volatile bool _isOpen; // Nothing is held any more.

    /// <summary>The batch that this thread is handing out.</summary>
    public static ReplyBatch? Running => _running;

    public int Count => _count;

    /// <summary>Whether the watch has seen it before. The watch's alone.</summary>
    public bool WasSeen { get; set; }

    public void Add(PendingReply reply)
    {
        if (_count == _replies.Length)
            Array.Resize(ref _replies, _count * 2);
        _replies[_count++] = reply;
    }

    /// <summary>Keeps what a connection has to send until the batch is done.</summary>
    /// <remarks>Called on the batch's thread, under the connection's gate: whoever opens the batch sees to it afterwards, under the same gate.</remarks>
    /// <returns>Whether it is kept; if not, it is to be sent now.</returns>
    public bool Hold(RedisConnection connection)
    {
        if (_isOpen)
            return false;
        if (ReferenceEquals(_lastHeld, connection))
            return true;
        lock (_gate)
        {
            // Whoever opens the batch does so before this gate: it either finds the connection in the list or is found here.
            if (_isOpen)
                return false;
            if (!_held.Contains(connection))
                _held.Add(connection);
        }

        _lastHeld = connection;
        return true;
    }

    /// <summary>Hands everything out.</summary>
    public void Run()
    {
        bool isWatched = _count > 1 && watch.TryBegin(this);
        _isOpen = !isWatched;
        ReplyBatch? outer = _running;
        _running = this;
        if (!isWatched && _count > 1)
            Scatter();
        else
            HandOut();
        _running = outer;
        if (isWatched)
            watch.End(this);

        foreach (RedisConnection connection in _held)
            connection.Flush();
        _held.Clear();
        _lastHeld = null;
        _count = 0;
        _next = 0;
        watch.Return(this);
    }

    /// <summary>Lets nobody wait for this thread any more. Called under the watch's gate, so that the batch is not used again meanwhile.</summary>
    public void Open()
    {
        Scatter();
        lock (_gate)
        {
            foreach (RedisConnection connection in _held)
                ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.Flush(), connection, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => Run();

    private void HandOut()
    {
        ExecutionContext? context = ExecutionContext.Capture();
        long began = Stopwatch.GetTimestamp();
        for (int done = 1; Take() is { } reply; done++)
        {
            try
            {
                reply.Complete();
            }
            catch (Exception error)
            {
                // Of a continuation that somebody has registered by hand. It ends the process, as on the thread pool; the others are none of its business.
                ThreadPool.UnsafeQueueUserWorkItem(static error => error.Throw(), ExceptionDispatchInfo.Capture(error), preferLocal: false);
            }

            // What a caller has left behind is not the next one's, as on the thread pool.
            if (context is not null)
                ExecutionContext.Restore(context);
            if (SynchronizationContext.Current is not null)
                SynchronizationContext.SetSynchronizationContext(null);

            if ((done < 16 || done % 16 == 0) && done < _count
                && Stopwatch.GetElapsedTime(began).TotalMicroseconds > LongMicroseconds + (LongMicrosecondsEach * done))
                Scatter();
        }
    }

    private void Scatter()
    {
        _isOpen = true;
        while (Take() is { } reply)
            ThreadPool.UnsafeQueueUserWorkItem(reply, preferLocal: false);
    }

    private PendingReply? Take()
    {
        int index = Interlocked.Increment(ref _next) - 1;
        if (index >= _count)
            return null;
        PendingReply? reply = _replies[index];
        _replies[index] = null;
        return reply;
    }
}
