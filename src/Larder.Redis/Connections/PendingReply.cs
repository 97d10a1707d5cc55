using System.Threading.Tasks.Sources;
using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>A command that was written and whose answer is due: completed once, by whoever took it from the queue, and awaited at most once.</summary>
/// <remarks>
/// <para>Its continuation runs where it is completed: in a <see cref="ReplyBatch"/>, or on the thread pool on its own. Never
/// where something else waits for the end of it.</para>
/// <para>Used again: when its answer has been taken it goes to the thread that took it, whose next command has it. Nobody
/// else knows it by then but, maybe, a heartbeat, which compares it only together with the bytes that have come.</para>
/// </remarks>
internal sealed class PendingReply : IValueTaskSource<RespValue>, IThreadPoolWorkItem
{
    [ThreadStatic]
    private static PendingReply? _spare;

    private ManualResetValueTaskSourceCore<RespValue> _source;
    private RespValue _answer;
    private Exception? _failure;
    private int _due;

    private PendingReply()
    {
    }

    /// <summary>Whether it is a SUBSCRIBE: that is answered by a push, or by an error.</summary>
    public bool IsSubscription { get; private set; }

    public ValueTask<RespValue> Task => new(this, _source.Version);

    /// <summary>A new one, or one that this thread has done with.</summary>
    /// <param name="answers">How many answers belong to it; the last of them is what the caller gets, or the first error.</param>
    /// <param name="isSubscription">Whether it is a SUBSCRIBE.</param>
    public static PendingReply Rent(int answers, bool isSubscription)
    {
        PendingReply reply = _spare ?? new PendingReply();
        _spare = null;
        reply._due = answers;
        reply.IsSubscription = isSubscription;
        return reply;
    }

    /// <summary>Takes the next answer.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool Take(in RespValue answer)
    {
        if (!_answer.IsError)
            _answer = answer;
        return --_due == 0;
    }

    /// <summary>There will be no answer.</summary>
    public void Fail(Exception error) => _failure = error;

    /// <summary>Gives the caller what was taken, and runs what the caller does with it.</summary>
    public void Complete()
    {
        // Whoever gets the answer may use this again at once.
        RespValue answer = _answer;
        Exception? failure = _failure;
        _answer = default;
        _failure = null;
        if (failure is null)
            _source.SetResult(answer);
        else
            _source.SetException(failure);
    }

    void IThreadPoolWorkItem.Execute() => Complete();

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
