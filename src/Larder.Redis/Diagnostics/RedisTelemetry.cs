using Larder.Redis.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Redis.Diagnostics;

/// <summary>Counts and tells what a store does.</summary>
internal sealed class RedisTelemetry(ILoggerFactory? loggers)
{
    private readonly ILogger _logger = (ILogger?)loggers?.CreateLogger<RedisStore>() ?? NullLogger.Instance;
    private long _connections;
    private long _disconnections;
    private long _reverifications;
    private long _redirections;
    private long _pushes;
    private long _leasesWon;
    private long _leasesWaited;
    private long _leasesLost;
    private int _refusalTold;
    private int _down; // Whether the last thing told was a failure: a server that stays away is told of once.

    public Traffic Traffic { get; } = new();

    public void Connected(ServerAddress server, string? refusal)
    {
        Interlocked.Increment(ref _connections);
        if (Interlocked.Exchange(ref _down, 0) != 0)
            LogMessages.Connected(_logger, server);
        if (refusal is not null && Interlocked.Exchange(ref _refusalTold, 1) == 0)
            LogMessages.TrackingRefused(_logger, server, refusal);
    }

    public void Disconnected(ServerAddress server, Exception reason)
    {
        Interlocked.Increment(ref _disconnections);
        if (Interlocked.Exchange(ref _down, 1) == 0)
            LogMessages.Disconnected(_logger, server, reason.Message);
    }

    public void Restored() => Interlocked.Increment(ref _reverifications);

    public void Redirected() => Interlocked.Increment(ref _redirections);

    public void Pushed() => Interlocked.Increment(ref _pushes);

    public void LeaseAsked(bool won) => Interlocked.Increment(ref won ? ref _leasesWon : ref _leasesWaited);

    public void LeaseLost() => Interlocked.Increment(ref _leasesLost);

    public RedisStatistics Snapshot(bool isTracking) => new()
    {
        Commands = Traffic.Commands,
        BytesSent = Traffic.BytesSent,
        BytesReceived = Traffic.BytesReceived,
        Connections = Volatile.Read(ref _connections),
        Disconnections = Volatile.Read(ref _disconnections),
        Reverifications = Volatile.Read(ref _reverifications),
        Redirections = Volatile.Read(ref _redirections),
        Pushes = Volatile.Read(ref _pushes),
        LeasesWon = Volatile.Read(ref _leasesWon),
        LeasesWaited = Volatile.Read(ref _leasesWaited),
        LeasesLost = Volatile.Read(ref _leasesLost),
        IsTracking = isTracking,
    };
}
