namespace Larder.Resilience;

/// <summary>The changes of one key that have not reached the store: at most one that is being tried and one, the newest, that waits.</summary>
internal sealed class WriteSlot(string name)
{
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name { get; } = name;

    /// <summary>Guards everything below.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The newest change: what the key will be in the store.</summary>
    public PendingWrite? Newest { get; set; }

    /// <summary>The change being tried.</summary>
    public PendingWrite? Current { get; set; }

    /// <summary>Whether somebody is trying changes, or is about to.</summary>
    public bool Running { get; private set; }

    /// <summary>Whether the last try failed, and the change waits for recovery.</summary>
    public bool Failed { get; set; }

    /// <summary>Whether the change being tried is a repetition.</summary>
    public bool Replaying { get; set; }

    /// <summary>Whether the slot has left the table: take a new one.</summary>
    public bool Dead { get; private set; }

    /// <summary>Completes when nobody is trying changes.</summary>
    public Task Idle
    {
        get
        {
            lock (Gate)
                return Running ? _idle.Task : Task.CompletedTask;
        }
    }

    /// <summary>Makes a change the newest. One that waited is done with: it shares the newer one's fate.</summary>
    public void Supersede(PendingWrite write)
    {
        if (Newest is { } older && !ReferenceEquals(older, Current))
        {
            older.End();
            _ = write.Tried.Task.ContinueWith(
                static (tried, older) => ((PendingWrite)older!).Tried.TrySetResult(tried.Result),
                older,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        Newest = write;
    }

    public void Run()
    {
        Running = true;
        if (_idle.Task.IsCompleted)
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Stop()
    {
        Running = false;
        _idle.TrySetResult();
    }

    public void Die()
    {
        Dead = true;
        Newest = null;
        Failed = false;
    }
}
