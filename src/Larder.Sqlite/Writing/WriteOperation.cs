namespace Larder.Sqlite.Writing;

/// <summary>A change that waits for its transaction.</summary>
internal abstract class WriteOperation
{
    private const int Waiting = 0;
    private const int Running = 1;
    private const int Cancelled = 2;

    private int _phase;

    /// <summary>Whether its acknowledgement waits for the disk, where the store's do.</summary>
    public required bool IsDurable { get; init; }

    /// <summary>What it adds to a transaction, in bytes.</summary>
    public required int Bytes { get; init; }

    /// <summary>Does the work within a transaction; again in another one if that fails.</summary>
    public abstract void Execute(WriteTransaction transaction);

    /// <summary>The transaction stands.</summary>
    public abstract void Complete();

    /// <summary>The work was not done, or was undone.</summary>
    public abstract void Fail(Exception error);

    /// <summary>From here on it cannot be cancelled.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref _phase, Running, Waiting) != Cancelled;

    protected bool TryCancel() => Interlocked.CompareExchange(ref _phase, Cancelled, Waiting) == Waiting;
}

/// <summary>A change and what it answers.</summary>
internal sealed class WriteOperation<T>(Func<WriteTransaction, T> work) : WriteOperation
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _answer = default!;

    public Task<T> Done => _done.Task;

    public override void Execute(WriteTransaction transaction) => _answer = work(transaction);

    public override void Complete() => _done.TrySetResult(_answer);

    public override void Fail(Exception error) => _done.TrySetException(error);

    /// <summary>Gives it up, if it has not begun.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        if (TryCancel())
            _done.TrySetCanceled(cancellationToken);
    }
}
