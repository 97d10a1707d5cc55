namespace Larder;

/// <summary>What a <see cref="RedisStore"/> has done since it was made.</summary>
public sealed record RedisStatistics
{
    /// <summary>Commands sent.</summary>
    public required long Commands { get; init; }

    /// <summary>Bytes sent.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Bytes received.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Connections made, the first ones included.</summary>
    public required long Connections { get; init; }

    /// <summary>Connections lost, and attempts that failed.</summary>
    public required long Disconnections { get; init; }

    /// <summary>Times that everything had to be read again, because changes may have been missed.</summary>
    public required long Reverifications { get; init; }

    /// <summary>Commands that a cluster sent elsewhere.</summary>
    public required long Redirections { get; init; }

    /// <summary>Changes told by the server or by other processes.</summary>
    public required long Pushes { get; init; }

    /// <summary>Leases taken.</summary>
    public required long LeasesWon { get; init; }

    /// <summary>Leases that somebody else held.</summary>
    public required long LeasesWaited { get; init; }

    /// <summary>Values that were not written because their lease was void.</summary>
    public required long LeasesLost { get; init; }

    /// <summary>Whether the server tells of changes; if not, the processes tell each other.</summary>
    public required bool IsTracking { get; init; }
}
