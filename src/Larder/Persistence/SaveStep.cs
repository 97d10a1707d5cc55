namespace Larder.Persistence;

/// <summary>The points of a save at which a process can die, in their order.</summary>
internal enum SaveStep
{
    /// <summary>No save has begun.</summary>
    None,

    /// <summary>The temporary file exists and is empty.</summary>
    TemporaryCreated,

    /// <summary>Some of the temporary file is written. Happens many times in a large save.</summary>
    Writing,

    /// <summary>All of the temporary file is handed to the operating system.</summary>
    Written,

    /// <summary>The temporary file is on the disk.</summary>
    Flushed,

    /// <summary>The damaged file that is about to be replaced has its second name. Only after a damaged load.</summary>
    KeptAside,

    /// <summary>The temporary file has become the snapshot.</summary>
    Renamed,

    /// <summary>The directory is on the disk: the save can be acknowledged.</summary>
    DirectoryFlushed,
}
