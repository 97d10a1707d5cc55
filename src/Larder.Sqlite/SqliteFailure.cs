namespace Larder;

/// <summary>What kept a <see cref="SqliteStore"/> from doing something.</summary>
public enum SqliteFailure
{
    /// <summary>None of the others; the message says what.</summary>
    Other,

    /// <summary>Another process held the file for longer than <see cref="SqliteStoreOptions.BusyTimeout"/>.</summary>
    Locked,

    /// <summary>There is no room for more, on the disk or in the file. What was acknowledged before is untouched.</summary>
    Full,

    /// <summary>The file is damaged, and could not be replaced either.</summary>
    Damaged,

    /// <summary>The file cannot be opened, read or written: a wrong path, missing rights, or a disk that fails.</summary>
    Unreachable,

    /// <summary>The file is some other program's database, or of a newer version of this one. It is left alone.</summary>
    Foreign,
}
