namespace Larder.Persistence;

/// <summary>Saves a snapshot when its interval passes and something changed, on demand, and on dispose; one save at a time.</summary>
/// <remarks>
/// <para>Invariants. At most one save runs and at most one waits to run after it. A caller's save begins after its call,
/// or began after the last change: either way it holds every change the caller made before. A failed save leaves the mark
/// of change set.</para>
/// <para>A save runs on a thread of its own: it blocks on the disk, and neither may the thread pool suffer from that nor the
/// save from a starved pool.</para>
/// </remarks>
internal sealed class SnapshotSaver : IAsyncDisposable, IDisposable
{
    private readonly SnapshotFile _file;
    private readonly Func<IEnumerable<SnapshotRecord>> _records;
    private readonly Action<SnapshotFailure>? _onFailure;
    private readonly Action<SnapshotSaveResult>? _onSaved;
    private readonly ITimer? _timer;

    // Guards _running, _next and _closed.
    private readonly Lock _gate = new();
    private PendingSave? _running;
    private PendingSave? _next;
    private Task? _closed;

    // Set by whoever changed something, after the change; cleared by a save before it looks at the records. A change that
    // the save may have missed has set the mark after it was cleared, so the mark is still set for the next save.
    private int _changed;
    private int _failuresInARow;

    /// <summary>Starts the interval. The saver owns the file from here on.</summary>
    /// <param name="file">The file; it must have been loaded if it exists.</param>
    /// <param name="records">Gives what to save, coldest first; called and enumerated on the saving thread.</param>
    /// <param name="interval">How often; infinite for never.</param>
    /// <param name="time">Whose timer to use.</param>
    /// <param name="onFailure">Told of every failed save, on the saving thread. Must not throw.</param>
    /// <param name="onSaved">Told of every good save, on the saving thread. Must not throw.</param>
    public SnapshotSaver(SnapshotFile file, Func<IEnumerable<SnapshotRecord>> records, TimeSpan interval, TimeProvider time, Action<SnapshotFailure>? onFailure, Action<SnapshotSaveResult>? onSaved = null)
    {
        _file = file;
        _records = records;
        _onFailure = onFailure;
        _onSaved = onSaved;
        if (interval != Timeout.InfiniteTimeSpan)
            _timer = time.CreateTimer(static saver => ((SnapshotSaver)saver!).OnInterval(), this, interval, interval);
    }

    /// <summary>Whether something changed since the last good save began.</summary>
    public bool HasChanges => Volatile.Read(ref _changed) != 0;

    /// <summary>Says that something changed. Call it after the change. Costs one write.</summary>
    /// <remarks>It does not look first whether the mark is set: that would need a full fence to be safe.</remarks>
    public void MarkChanged() => Volatile.Write(ref _changed, 1);

    /// <summary>Saves what the caller has changed up to now. When it completes, that is on the disk.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the save.</param>
    /// <exception cref="SnapshotException">The save failed; the file of the last good one is kept.</exception>
    public ValueTask<SnapshotSaveResult> SaveAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<SnapshotSaveResult>(cancellationToken);
        return new ValueTask<SnapshotSaveResult>(Request(SnapshotTrigger.Demand).WaitAsync(cancellationToken));
    }

    /// <summary>Ends the interval, saves what changed, and gives the file up. A failure is reported, not thrown.</summary>
    public ValueTask DisposeAsync() => new(Close());

    /// <summary>As <see cref="DisposeAsync"/>, blocking.</summary>
    public void Dispose() => Close().GetAwaiter().GetResult();

    /// <summary>Completes when every save that was asked for by now has ended, however it ended.</summary>
    internal async Task Idle()
    {
        PendingSave?[] underWay;
        lock (_gate)
            underWay = [_running, _next];
        foreach (PendingSave? save in underWay)
        {
            if (save is not null)
                await Settled(save.Result).ConfigureAwait(false);
        }
    }

    private void OnInterval()
    {
        lock (_gate)
        {
            // A save that is under way or waits makes this tick superfluous; changes that it misses wait for the next.
            if (_closed is not null || _running is not null || !HasChanges)
                return;
            Start(new PendingSave(SnapshotTrigger.Interval));
        }
    }

    private Task<SnapshotSaveResult> Request(SnapshotTrigger trigger)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed is not null && trigger != SnapshotTrigger.Dispose, this);
            if (_running is null)
            {
                var save = new PendingSave(trigger);
                Start(save);
                return save.Result;
            }

            // The running save cleared the mark and nobody has set it since: it sees all that the caller changed. Before it
            // has begun, a mark tells nothing.
            if (_running.HasBegun && !HasChanges)
                return _running.Result;
            _next ??= new PendingSave(trigger);
            return _next.Result;
        }
    }

    // Under the gate.
    private void Start(PendingSave save)
    {
        _running = save;
        new Thread(() => Run(save)) { IsBackground = true, Name = "Larder snapshot" }.Start();
    }

    private void Run(PendingSave? save)
    {
        while (save is not null)
        {
            (SnapshotSaveResult? result, Exception? error) = Save(save);
            PendingSave? next = Advance();
            // Only now: whoever is told finds the saver free, or busy with the next save.
            save.Complete(result, error);
            save = next;
        }
    }

    private (SnapshotSaveResult? Result, Exception? Error) Save(PendingSave save)
    {
        // A full fence: the mark is cleared before any record is read.
        Interlocked.Exchange(ref _changed, 0);
        save.HasBegun = true;
        try
        {
            SnapshotSaveResult result = _file.Save(_records());
            _failuresInARow = 0;
            _onSaved?.Invoke(result);
            return (result, null);
        }
        catch (Exception e)
        {
            MarkChanged();
            _failuresInARow++;
            return (null, Report(new SnapshotFailure(_file.Path, save.Trigger, e, _failuresInARow)));
        }
    }

    // What the callback throws would end the process, on a thread that is nobody's; it goes to the waiters instead.
    private Exception Report(SnapshotFailure failure)
    {
        try
        {
            _onFailure?.Invoke(failure);
            return failure.Error;
        }
        catch (Exception e)
        {
            return new AggregateException("A snapshot could not be saved, and reporting it failed too.", failure.Error, e);
        }
    }

    private PendingSave? Advance()
    {
        lock (_gate)
        {
            _running = _next;
            _next = null;
            return _running;
        }
    }

    private Task Close()
    {
        lock (_gate)
            return _closed ??= CloseOnce();
    }

    private async Task CloseOnce()
    {
        // Leaves the gate, which the caller holds, and any synchronization context before anything else.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        await Idle().ConfigureAwait(false);
        if (HasChanges)
            await Settled(Request(SnapshotTrigger.Dispose)).ConfigureAwait(false);
        _file.Dispose();
    }

    // A failure was reported; here only the end counts.
    private static async Task Settled(Task save) => await save.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
