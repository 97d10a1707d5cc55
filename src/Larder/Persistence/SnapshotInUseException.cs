namespace Larder;

/// <summary>Another cache, in this process or another, keeps its snapshot in the same file.</summary>
public sealed class SnapshotInUseException : SnapshotException
{
    /// <summary>Creates the exception.</summary>
    public SnapshotInUseException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public SnapshotInUseException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public SnapshotInUseException(string message)
        : base(message)
    {
    }

    /// <summary>The process that holds the file, where it could be told.</summary>
    public int? OwnerProcessId { get; init; }
}
