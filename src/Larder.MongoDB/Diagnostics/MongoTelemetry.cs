using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.MongoDB.Diagnostics;

/// <summary>Counts and tells what a store does.</summary>
internal sealed class MongoTelemetry(ILoggerFactory? loggers)
{
    private readonly ILogger _logger = (ILogger?)loggers?.CreateLogger<MongoDbStore>() ?? NullLogger.Instance;
    private long _commands;
    private long _retries;
    private long _selections;
    private long _losses;
    private long _changes;
    private long _streamLosses;
    private long _leasesWon;
    private long _leasesWaited;
    private long _leasesLost;
    private int _streaming;

    public bool IsToldOfChanges => Volatile.Read(ref _streaming) != 0;

    public void Sent() => Interlocked.Increment(ref _commands);

    public void Retried() => Interlocked.Increment(ref _retries);

    public void Selected(ServerAddress server)
    {
        Interlocked.Increment(ref _selections);
        LogMessages.Selected(_logger, server);
    }

    public void Lost(ServerAddress server, Exception reason)
    {
        Interlocked.Increment(ref _losses);
        LogMessages.Lost(_logger, server, reason.Message);
    }

    public void Warn(string warning) => LogMessages.AddressWarning(_logger, warning);

    public void NoIndex(string collection, Exception reason) => LogMessages.NoIndex(_logger, collection, reason.Message);

    public void EpochsNotFiled(Exception reason) => LogMessages.EpochsNotFiled(_logger, reason.Message);

    public void Changed() => Interlocked.Increment(ref _changes);

    public void StreamOpened()
    {
        if (Interlocked.Exchange(ref _streaming, 1) == 0)
            LogMessages.StreamOpened(_logger);
    }

    public void StreamLost(Exception reason)
    {
        if (Interlocked.Exchange(ref _streaming, 0) == 0)
            return;
        Interlocked.Increment(ref _streamLosses);
        LogMessages.StreamLost(_logger, reason.Message);
    }

    public void LeaseAsked(bool won) => Interlocked.Increment(ref won ? ref _leasesWon : ref _leasesWaited);

    public void LeaseLost() => Interlocked.Increment(ref _leasesLost);

    public MongoDbStatistics Snapshot() => new()
    {
        Commands = Volatile.Read(ref _commands),
        Retries = Volatile.Read(ref _retries),
        Selections = Volatile.Read(ref _selections),
        Losses = Volatile.Read(ref _losses),
        Changes = Volatile.Read(ref _changes),
        StreamLosses = Volatile.Read(ref _streamLosses),
        LeasesWon = Volatile.Read(ref _leasesWon),
        LeasesWaited = Volatile.Read(ref _leasesWaited),
        LeasesLost = Volatile.Read(ref _leasesLost),
        IsToldOfChanges = IsToldOfChanges,
    };
}
