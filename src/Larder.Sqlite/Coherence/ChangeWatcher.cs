using Larder.Sqlite.Diagnostics;
using Larder.Sqlite.Reading;
using Larder.Sqlite.Writing;
using Larder.Stores;

namespace Larder.Sqlite.Coherence;

/// <summary>Looks again and again whether anybody has changed the file, tells the observer what, and wakes who waits for a lease.</summary>
/// <remarks>
/// SQLite sends nothing from one process to another. A look is one number read from shared memory; only when it has moved are the changes
/// read. Looking begins with the first who wants to know.
/// </remarks>
internal sealed class ChangeWatcher(SqliteStoreOptions options, SqliteTelemetry telemetry, Writer writer, ReaderPool readers, long self) : IAsyncDisposable
{
    private readonly Lock _gate = new(); // Protects the loop's start, and the pulse.
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _observing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _pulse = NewPulse();
    private Task? _loop;

    // Read by the loop. Nobody is told after it was taken away, except by a call that is under way.
    private volatile IStoreObserver? _observer;
    private volatile bool _isObserved;

    // The loop's own.
    private ChangeReader? _reader;
    private int _generation;
    private bool _isRegistered;
    private bool _isLost;
    private long _last;

    /// <summary>Whether reads need not wait: nobody observes, or what is read from now on is told of.</summary>
    public bool IsReady => !_isObserved || _firstAttempt.Task.IsCompleted;

    /// <summary>Completes when what is read is told of, or when the observer was told that nothing is.</summary>
    public Task Ready => _isObserved ? _firstAttempt.Task : Task.CompletedTask;

    public void Observe(IStoreObserver observer)
    {
        _observer = observer;
        _isObserved = true;
        _observing.TrySetResult();
        EnsureLooking();
    }

    public void StopObserving() => _observer = null;

    /// <summary>Completes when something has been committed since this call, by whomever.</summary>
    public Task NextCommit()
    {
        EnsureLooking();
        lock (_gate)
            return _pulse.Task;
    }

    /// <summary>Wakes who waits.</summary>
    public void Pulse()
    {
        TaskCompletionSource pulse;
        lock (_gate)
        {
            pulse = _pulse;
            _pulse = NewPulse();
        }

        pulse.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        _observer = null;
        await _end.CancelAsync().ConfigureAwait(false);
        Task? loop;
        lock (_gate)
            loop = _loop;
        if (loop is not null)
            await loop.ConfigureAwait(false);
        _firstAttempt.TrySetResult();
        Pulse();
        _end.Dispose();
    }

    private static TaskCompletionSource NewPulse() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void EnsureLooking()
    {
        lock (_gate)
        {
            if (_loop is null && !_end.IsCancellationRequested)
                _loop = Task.Run(LoopAsync);
        }
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(options.PollInterval, options.TimeProvider);
        try
        {
            Task<bool> tick;
            do
            {
                await LookAsync().ConfigureAwait(false);
                tick = timer.WaitForNextTickAsync(_end.Token).AsTask();
                // Whoever begins to observe has its reads wait.
                if (!_isObserved)
                    await Task.WhenAny(tick, _observing.Task).ConfigureAwait(false);
                if (_isObserved && !tick.IsCompleted && !_firstAttempt.Task.IsCompleted)
                    await LookAsync().ConfigureAwait(false);
            }
            while (await tick.ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The end.
        }

        _reader?.Dispose();
        if (!_isRegistered)
            return;
        try
        {
            await writer.WriteAsync(static transaction => { transaction.Changes.Unregister(); return true; }, isDurable: false, 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SqliteStoreException or ObjectDisposedException)
        {
            // Then it is struck off after a while.
        }
    }

    private async Task LookAsync()
    {
        bool isAttempt = _isObserved;
        try
        {
            // Whoever writes elsewhere does so in another file by now, also while this process can neither open it nor make one.
            if (_generation != readers.Generation || _reader is { HasMoved: true })
                Lose("the file was replaced");
            if (_isObserved && !_isRegistered)
                await RegisterAsync().ConfigureAwait(false);
            if (_reader is null)
            {
                // Opened by the writer, which makes the tables.
                await writer.WriteAsync(static _ => true, isDurable: false, 0, _end.Token).ConfigureAwait(false);
                _generation = readers.Generation;
                _reader = new ChangeReader(options.Path, self);
            }

            if (!_reader.HasNews())
                return;
            if (_isObserved)
                Tell(_reader);
            Pulse();
        }
        catch (SqliteStoreException error) when (error.Failure == SqliteFailure.Locked && _isRegistered)
        {
            // Somebody has the file for a moment: nothing is missed by looking again.
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (error is SqliteStoreException { Failure: SqliteFailure.Damaged } damage)
                writer.ReportDamage(damage, _generation);
            Lose(error.Message);
        }
        finally
        {
            if (isAttempt)
                _firstAttempt.TrySetResult();
        }
    }

    private async Task RegisterAsync()
    {
        int generation = 0;
        _last = await writer.WriteAsync(
            transaction =>
            {
                generation = readers.Generation;
                return transaction.Changes.Register();
            },
            isDurable: false,
            0,
            _end.Token).ConfigureAwait(false);
        _reader?.Dispose();
        _reader = null;
        _generation = generation;
        _reader = new ChangeReader(options.Path, self);
        _isRegistered = true;
        if (!_isLost)
            return;
        _isLost = false;
        telemetry.ConnectionRestored();
        _observer?.OnConnectionRestored();
    }

    private void Tell(ChangeReader reader)
    {
        bool mayHaveMore;
        do
        {
            if (reader.Read(ref _last, out mayHaveMore) is not { } changes)
            {
                Lose("this process was silent for too long");
                return;
            }

            foreach ((ChangeKind kind, string name) in changes)
            {
                if (kind == ChangeKind.Epoch)
                    _observer?.OnEpochChanged(name);
                else
                    _observer?.OnChanged(name);
            }

            telemetry.ChangesTold(changes.Count);
        }
        while (mayHaveMore);
    }

    private void Lose(string reason)
    {
        _reader?.Dispose();
        _reader = null;
        _generation = readers.Generation;
        _isRegistered = false;
        Pulse();
        if (!_isObserved || _isLost)
            return;
        _isLost = true;
        telemetry.ConnectionLost(reason);
        _observer?.OnConnectionLost();
    }
}
