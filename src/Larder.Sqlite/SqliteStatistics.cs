namespace Larder;

/// <summary>What a <see cref="SqliteStore"/> has done since it was made, and what it holds.</summary>
public sealed record SqliteStatistics
{
    /// <summary>Entries in the file when this process last wrote to it or swept it, expired ones that are not yet swept included.</summary>
    public required long Entries { get; init; }

    /// <summary>Their bytes, counted as <see cref="SqliteStoreOptions.MaxBytes"/> says.</summary>
    public required long Bytes { get; init; }

    /// <summary>Changes written.</summary>
    public required long Writes { get; init; }

    /// <summary>Transactions that they took: with many writers at a time, far fewer.</summary>
    public required long Commits { get; init; }

    /// <summary>The most changes that shared a transaction.</summary>
    public required long LargestCommit { get; init; }

    /// <summary>Entries that this process deleted because their time had passed.</summary>
    public required long Expired { get; init; }

    /// <summary>Entries that this process deleted to keep within the bounds.</summary>
    public required long Evicted { get; init; }

    /// <summary>Entries that were not kept because they are larger than <see cref="SqliteStoreOptions.MaxBytes"/>.</summary>
    public required long Refused { get; init; }

    /// <summary>Changes by other processes, expiries and evictions that were told.</summary>
    public required long ChangesTold { get; init; }

    /// <summary>Times that everything had to be read again, because changes may have been missed.</summary>
    public required long Reverifications { get; init; }

    /// <summary>Leases taken.</summary>
    public required long LeasesWon { get; init; }

    /// <summary>Leases that somebody else held.</summary>
    public required long LeasesWaited { get; init; }

    /// <summary>Values that were not written because their lease was void.</summary>
    public required long LeasesLost { get; init; }

    /// <summary>Times that the file was found locked for longer than <see cref="SqliteStoreOptions.BusyTimeout"/>.</summary>
    public required long LockTimeouts { get; init; }

    /// <summary>Damaged files that were moved aside and replaced.</summary>
    public required long FilesReplaced { get; init; }

    /// <summary>Pages given back to the file system.</summary>
    public required long PagesVacuumed { get; init; }
}
