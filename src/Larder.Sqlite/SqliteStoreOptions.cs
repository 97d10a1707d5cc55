using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>Where a <see cref="SqliteStore"/> keeps its entries, and how many. Read once, when the store is made.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>
    /// The database file, made when it is missing, with its directory. On a local disk: file systems of a network do not lock well
    /// enough. Beside it lie <c>…-wal</c> and <c>…-shm</c>, which belong to it. A relative path is that of the moment when the store is made; a
    /// symbolic link is what it leads to. No default: it has to be said.
    /// </summary>
    public string Path { get; set; } = "";

    /// <summary>When a write is acknowledged. Default <see cref="SqliteDurability.Durable"/>.</summary>
    public SqliteDurability Durability { get; set; } = SqliteDurability.Durable;

    /// <summary>
    /// The most bytes kept, counting for each entry its value, twice its key in UTF-8 (it lies in the table and in the index), and 64 bytes; more evicts what
    /// was used least recently. An entry larger than this is not kept. 1 or more, or <see langword="null"/> for no bound. Default 1 GiB.
    /// </summary>
    public long? MaxBytes { get; set; } = 1L << 30;

    /// <summary>The most entries kept; more evicts what was used least recently. 1 or more, or <see langword="null"/> for no bound. Default: no bound.</summary>
    public long? MaxEntries { get; set; }

    /// <summary>How long a write waits for another process that holds the file, before it fails. Positive, at most 49 days. Default 5 seconds.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often is looked whether another process has changed something, while anybody wants to know. A look costs some microseconds.
    /// Positive, at most 49 days. Default 10 milliseconds.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How often expired entries are deleted, in small steps, and free space is given back. Positive, at most 49 days. Default 1 second.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many damaged files are kept beside the file, as <c>….corrupt-…</c>; the oldest goes first. Zero or more. Default 3.</summary>
    public int DamagedFilesKept { get; set; } = 3;

    /// <summary>Where the time comes from. All processes of a file have to agree about it. Default: the system.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where logs go. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The most pages of the file: a disk that is full, for tests.</summary>
    internal long? MaxPages { get; set; }
}
