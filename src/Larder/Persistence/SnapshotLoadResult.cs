namespace Larder.Persistence;

/// <summary>What a load found.</summary>
internal enum SnapshotLoadStatus
{
    /// <summary>There is no file yet.</summary>
    Missing,

    /// <summary>Every byte is accounted for.</summary>
    Intact,

    /// <summary>Something is torn or foreign; every record that is intact was handed out.</summary>
    Damaged,

    /// <summary>The file was written by a version of the format that this one does not know; nothing was read.</summary>
    UnknownVersion,

    /// <summary>The operating system refused to read the file, or failed while reading.</summary>
    Unreadable,
}

/// <summary>What a load found.</summary>
/// <param name="Status">The verdict.</param>
/// <param name="Records">The intact records that were handed out.</param>
/// <param name="LostRecords">The records that were saved and are damaged now; <see langword="null"/> when the footer, which would tell, is lost too.</param>
/// <param name="FileBytes">The size of the file.</param>
/// <param name="DamagedBytes">The bytes that belong to nothing intact.</param>
/// <param name="Saved">When the file was saved, if its header is intact.</param>
/// <param name="Reason">What is wrong, in a sentence; <see langword="null"/> when nothing is.</param>
/// <param name="Version">The file's format version, when it is one that this library does not know.</param>
/// <param name="Error">What the operating system said, for <see cref="SnapshotLoadStatus.Unreadable"/>.</param>
internal sealed record SnapshotLoadResult(
    SnapshotLoadStatus Status,
    int Records = 0,
    long? LostRecords = null,
    long FileBytes = 0,
    long DamagedBytes = 0,
    DateTimeOffset? Saved = null,
    string? Reason = null,
    uint Version = 0,
    Exception? Error = null);
