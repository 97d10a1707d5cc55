using System.Threading.Tasks.Sources;
using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>A command that was written and whose answer is due: completed once, by whoever took it from the queue, and awaited at most once.</summary>
/// <remarks>Its continuation never runs on the reading loop, which must not be held up.</remarks>
internal sealed class PendingReply : IValueTaskSource<RespValue>
{
    private ManualResetValueTaskSourceCore<RespValue> _source = new() { RunContinuationsAsynchronously = true };

    /// <summary>Whether it is a SUBSCRIBE: that is answered by a push, or by an error.</summary>
    public bool IsSubscription { get; init; }

    public ValueTask<RespValue> Task => new(this, _source.Version);

    public void SetResult(in RespValue value) => _source.SetResult(value);

    public void SetException(Exception error) => _source.SetException(error);

    RespValue IValueTaskSource<RespValue>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<RespValue>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<RespValue>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
