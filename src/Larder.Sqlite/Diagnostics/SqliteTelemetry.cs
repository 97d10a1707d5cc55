using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Sqlite.Diagnostics;

/// <summary>Counts and tells what a store does.</summary>
internal sealed class SqliteTelemetry(SqliteStoreOptions options)
{
    private readonly ILogger _logger = (ILogger?)options.LoggerFactory?.CreateLogger<SqliteStore>() ?? NullLogger.Instance;
    private long _entries;
    private long _bytes;
    private long _writes;
    private long _commits;
    private long _largestCommit;
    private long _expired;
    private long _evicted;
    private long _refused;
    private long _changesTold;
    private long _reverifications;
    private long _leasesWon;
    private long _leasesWaited;
    private long _leasesLost;
    private long _lockTimeouts;
    private long _filesReplaced;
    private long _pagesVacuumed;
    private int _upkeepFails; // Whether the last thing told of the upkeep was a failure: what goes on failing is told once.

    /// <summary>Transactions so far.</summary>
    public long Commits => Volatile.Read(ref _commits);

    // Only who has the transaction calls the next four.
    public void Committed(int writes, long entries, long bytes)
    {
        Holds(entries, bytes);
        Volatile.Write(ref _writes, _writes + writes);
        Volatile.Write(ref _commits, _commits + 1);
        if (writes > _largestCommit)
            Volatile.Write(ref _largestCommit, writes);
    }

    public void Holds(long entries, long bytes)
    {
        Volatile.Write(ref _entries, entries);
        Volatile.Write(ref _bytes, bytes);
    }

    public void Deleted(long expired, long evicted, long refused)
    {
        Volatile.Write(ref _expired, _expired + expired);
        Volatile.Write(ref _evicted, _evicted + evicted);
        Volatile.Write(ref _refused, _refused + refused);
    }

    public void Vacuumed(long pages) => Volatile.Write(ref _pagesVacuumed, _pagesVacuumed + pages);

    public void ChangesTold(int count) => Interlocked.Add(ref _changesTold, count);

    public void LeaseAsked(bool won) => Interlocked.Increment(ref won ? ref _leasesWon : ref _leasesWaited);

    public void LeaseLost() => Interlocked.Increment(ref _leasesLost);

    public void LockTimedOut() => Interlocked.Increment(ref _lockTimeouts);

    public void Replaced(string reason, string aside)
    {
        Interlocked.Increment(ref _filesReplaced);
        LogMessages.Replaced(_logger, options.Path, reason, aside);
    }

    public void Moved() => LogMessages.Moved(_logger, options.Path);

    public void ConnectionLost(string reason) => LogMessages.ConnectionLost(_logger, options.Path, reason);

    public void ConnectionRestored()
    {
        Interlocked.Increment(ref _reverifications);
        LogMessages.ConnectionRestored(_logger, options.Path);
    }

    public void UpkeepFailed(Exception reason)
    {
        if (Interlocked.Exchange(ref _upkeepFails, 1) == 0)
            LogMessages.UpkeepFailed(_logger, options.Path, reason.Message);
    }

    public void UpkeepSucceeded() => Volatile.Write(ref _upkeepFails, 0);

    public SqliteStatistics Snapshot() => new()
    {
        Entries = Volatile.Read(ref _entries),
        Bytes = Volatile.Read(ref _bytes),
        Writes = Volatile.Read(ref _writes),
        Commits = Volatile.Read(ref _commits),
        LargestCommit = Volatile.Read(ref _largestCommit),
        Expired = Volatile.Read(ref _expired),
        Evicted = Volatile.Read(ref _evicted),
        Refused = Volatile.Read(ref _refused),
        ChangesTold = Volatile.Read(ref _changesTold),
        Reverifications = Volatile.Read(ref _reverifications),
        LeasesWon = Volatile.Read(ref _leasesWon),
        LeasesWaited = Volatile.Read(ref _leasesWaited),
        LeasesLost = Volatile.Read(ref _leasesLost),
        LockTimeouts = Volatile.Read(ref _lockTimeouts),
        FilesReplaced = Volatile.Read(ref _filesReplaced),
        PagesVacuumed = Volatile.Read(ref _pagesVacuumed),
    };
}
