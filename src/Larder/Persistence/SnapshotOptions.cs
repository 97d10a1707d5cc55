namespace Larder;

/// <summary>How a cache's memory is kept in a file.</summary>
public sealed record SnapshotOptions
{
    /// <summary>The file. Beside it a lock file and, while saving, a temporary file appear.</summary>
    public string Path { get; set; } = "";

    /// <summary>How often the file is saved when something changed. Positive, or infinite for only on demand and on dispose. Default 30 seconds.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);
}
