namespace Larder.Persistence;

/// <summary>A save that was asked for, and everyone who waits for it.</summary>
internal sealed class PendingSave(SnapshotTrigger trigger)
{
    private readonly TaskCompletionSource<SnapshotSaveResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasBegun;

    /// <summary>Why the first caller asked.</summary>
    public SnapshotTrigger Trigger { get; } = trigger;

    /// <summary>Whether the mark of change was cleared for this save; set once, by the saving thread.</summary>
    public bool HasBegun
    {
        get => _hasBegun;
        set => _hasBegun = value;
    }

    /// <summary>Completes when the save is on the disk, or fails with what failed it.</summary>
    public Task<SnapshotSaveResult> Result => _result.Task;

    public void Complete(SnapshotSaveResult? result, Exception? error)
    {
        if (error is null)
        {
            _result.SetResult(result!);
            return;
        }

        _result.SetException(error);
        // Looked at, because a save on the interval has nobody who would; it was reported.
        _ = _result.Task.Exception;
    }
}
