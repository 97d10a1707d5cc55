using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.PostgreSql.Diagnostics;

/// <summary>Counts and tells what a store does.</summary>
internal sealed class PostgreSqlTelemetry(ILoggerFactory? loggers)
{
    private readonly ILogger _logger = (ILogger?)loggers?.CreateLogger<PostgreSqlStore>() ?? NullLogger.Instance;
    private long _statements;
    private long _failures;
    private long _listeners;
    private long _losses;
    private long _reverifications;
    private long _notifications;
    private long _swept;
    private long _leasesWon;
    private long _leasesWaited;
    private long _leasesLost;
    private int _silent; // Whether the last thing told of the listener was a failure: a server that stays away is told of once.
    private int _unswept; // The same of sweeping.

    public void Sent() => Interlocked.Increment(ref _statements);

    public void Failed() => Interlocked.Increment(ref _failures);

    public void Listening()
    {
        Interlocked.Increment(ref _listeners);
        if (Interlocked.Exchange(ref _silent, 0) != 0)
            LogMessages.Listening(_logger);
    }

    public void NotListening(Exception reason)
    {
        Interlocked.Increment(ref _losses);
        if (Interlocked.Exchange(ref _silent, 1) == 0)
            LogMessages.NotListening(_logger, reason.Message);
    }

    public void Reverified() => Interlocked.Increment(ref _reverifications);

    public void Notified() => Interlocked.Increment(ref _notifications);

    public void Swept(long count)
    {
        Interlocked.Add(ref _swept, count);
        Volatile.Write(ref _unswept, 0);
    }

    public void NotSwept(Exception reason)
    {
        if (Interlocked.Exchange(ref _unswept, 1) == 0)
            LogMessages.NotSwept(_logger, reason.Message);
    }

    public void Migrated(string schema, string table, int from, int to) => LogMessages.Migrated(_logger, schema, table, from, to);

    public void LeaseAsked(bool won) => Interlocked.Increment(ref won ? ref _leasesWon : ref _leasesWaited);

    public void LeaseLost() => Interlocked.Increment(ref _leasesLost);

    public PostgreSqlStatistics Snapshot(bool isListening) => new()
    {
        Statements = Volatile.Read(ref _statements),
        Failures = Volatile.Read(ref _failures),
        Listeners = Volatile.Read(ref _listeners),
        Losses = Volatile.Read(ref _losses),
        Reverifications = Volatile.Read(ref _reverifications),
        Notifications = Volatile.Read(ref _notifications),
        Swept = Volatile.Read(ref _swept),
        LeasesWon = Volatile.Read(ref _leasesWon),
        LeasesWaited = Volatile.Read(ref _leasesWaited),
        LeasesLost = Volatile.Read(ref _leasesLost),
        IsListening = isListening,
    };
}
