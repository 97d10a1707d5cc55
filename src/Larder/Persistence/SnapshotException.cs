namespace Larder;

/// <summary>A snapshot could not be opened or saved. The file of the last successful save is still there, whole.</summary>
public class SnapshotException : IOException
{
    /// <summary>Creates the exception.</summary>
    public SnapshotException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public SnapshotException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public SnapshotException(string message)
        : base(message)
    {
    }

    /// <summary>The full path of the snapshot.</summary>
    public string Path { get; init; } = "";
}
