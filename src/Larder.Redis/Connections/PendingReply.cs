using System.Threading.Tasks.Sources;
using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>A command that was written and whose answer is due: completed once, by whoever took it from the queue, and awaited at most once.</summary>
/// <remarks>
/// <para>Its continuation never runs on the reading loop, which must not be held up.</para>
/// <para>Used again: when its answer has been taken it goes to the thread that took it, whose next command has it. Nobody
/// else knows it by then but, maybe, a heartbeat, which compares it only together with the bytes that have come.</para>
/// </remarks>
internal sealed class PendingReply : IValueTaskSource<RespValue>
{
    [ThreadStatic]
    private static PendingReply? _spare;

    private ManualResetValueTaskSourceCore<RespValue> _source = new() { RunContinuationsAsynchronously = true };

    /// <summary>Whether it is a SUBSCRIBE: that is answered by a push, or by an error.</summary>
    public bool IsSubscription { get; private set; }

    public ValueTask<RespValue> Task => new(this, _source.Version);

    /// <summary>A new one, or one that this thread has done with.</summary>
    public static PendingReply Rent(bool isSubscription)
    {
        PendingReply reply = _spare ?? new PendingReply();
        _spare = null;
        reply.IsSubscription = isSubscription;
        return reply;
    }

    public void SetResult(in RespValue value) => _source.SetResult(value);

    public void SetException(Exception error) => _source.SetException(error);

    RespValue IValueTaskSource<RespValue>.GetResult(short token)
    {
        if (token != _source.Version)
            return _source.GetResult(token); // Throws: it belongs to somebody else by now.
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            _spare = this;
        }
    }

    ValueTaskSourceStatus IValueTaskSource<RespValue>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<RespValue>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
