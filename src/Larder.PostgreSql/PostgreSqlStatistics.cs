namespace Larder;

/// <summary>What a <see cref="PostgreSqlStore"/> has done since it was made.</summary>
public sealed record PostgreSqlStatistics
{
    /// <summary>Statements sent.</summary>
    public required long Statements { get; init; }

    /// <summary>Statements that failed, some of which were sent again.</summary>
    public required long Failures { get; init; }

    /// <summary>Connections made on which changes are told, the first one included.</summary>
    public required long Listeners { get; init; }

    /// <summary>Such connections lost, and attempts that failed.</summary>
    public required long Losses { get; init; }

    /// <summary>Times that everything had to be read again, because changes may have been missed.</summary>
    public required long Reverifications { get; init; }

    /// <summary>Notifications heard, this process's own included.</summary>
    public required long Notifications { get; init; }

    /// <summary>Expired entries that this process has deleted.</summary>
    public required long Swept { get; init; }

    /// <summary>Leases taken.</summary>
    public required long LeasesWon { get; init; }

    /// <summary>Leases that somebody else held.</summary>
    public required long LeasesWaited { get; init; }

    /// <summary>Values that were not written because their lease was void.</summary>
    public required long LeasesLost { get; init; }

    /// <summary>Whether changes are told now.</summary>
    public required bool IsListening { get; init; }
}
