using Larder.Sqlite.Diagnostics;
using Larder.Sqlite.Files;
using Larder.Sqlite.Writing;

namespace Larder.Sqlite;

/// <summary>What has to be done now and then, in steps that hold nobody up: deleting what has expired, noting what was read, dropping old changes, giving back space, carrying the log into the file.</summary>
internal sealed class Upkeep(SqliteStoreOptions options, SqliteTelemetry telemetry, Writer writer) : IAsyncDisposable
{
    private const int EntriesPerStep = 200;
    private const long BytesPerStep = 8 * 1024 * 1024;
    private const int CommitsWorthCarrying = 50;

    private readonly Lock _gate = new(); // Protects the loop's start.
    private readonly CancellationTokenSource _end = new();
    private Task? _loop;
    private long _carriedAt; // How many transactions there had been.

    /// <summary>Begins, if it has not.</summary>
    public void EnsureStarted()
    {
        lock (_gate)
        {
            if (_loop is null && !_end.IsCancellationRequested)
                _loop = Task.Run(LoopAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        Task? loop;
        lock (_gate)
            loop = _loop;
        if (loop is not null)
            await loop.ConfigureAwait(false);
        _end.Dispose();
    }

    /// <summary>Does all that there is to do.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Each step is a change among others: what waits meanwhile goes with the next.
        while (await writer.WriteAsync(Step, isDurable: false, 0, cancellationToken).ConfigureAwait(false))
        {
            // There is more.
        }
    }

    private static bool Step(WriteTransaction transaction)
    {
        transaction.Entries.NoteUse();
        bool more = transaction.Entries.Sweep(EntriesPerStep, BytesPerStep);
        transaction.Leases.Sweep();
        transaction.Changes.Keep();
        return transaction.FreePages.GiveBack() || more;
    }

    // On a connection of its own: nobody waits for it, and it waits for nobody.
    private void CarryLog()
    {
        long commits = telemetry.Commits;
        if (commits - _carriedAt < CommitsWorthCarrying)
            return;
        _carriedAt = commits;
        using Connection connection = Connection.Open(options.Path, create: false);
        connection.Execute("PRAGMA wal_checkpoint(PASSIVE)");
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(options.SweepInterval, options.TimeProvider);
        while (true)
        {
            try
            {
                await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false);
                await RunAsync(_end.Token).ConfigureAwait(false);
                CarryLog();
                telemetry.UpkeepSucceeded();
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (SqliteStoreException error)
            {
                telemetry.UpkeepFailed(error);
            }
        }
    }
}
