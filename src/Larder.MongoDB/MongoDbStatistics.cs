namespace Larder;

/// <summary>What a <see cref="MongoDbStore"/> has done since it was made.</summary>
public sealed record MongoDbStatistics
{
    /// <summary>Commands sent, those for finding servers left out.</summary>
    public long Commands { get; init; }

    /// <summary>Commands sent a second time, because a connection or the primary was lost.</summary>
    public long Retries { get; init; }

    /// <summary>How often a server for writes was found.</summary>
    public long Selections { get; init; }

    /// <summary>How often it was lost.</summary>
    public long Losses { get; init; }

    /// <summary>Changes that the servers have told of, this process's own and leases included.</summary>
    public long Changes { get; init; }

    /// <summary>How often they stopped telling.</summary>
    public long StreamLosses { get; init; }

    /// <summary>Leases asked for and granted.</summary>
    public long LeasesWon { get; init; }

    /// <summary>Leases asked for that somebody else had.</summary>
    public long LeasesWaited { get; init; }

    /// <summary>Leases that no longer stood when their holder wrote.</summary>
    public long LeasesLost { get; init; }

    /// <summary>Whether changes are being told at this moment.</summary>
    public bool IsToldOfChanges { get; init; }
}
