namespace Larder;

/// <summary>How a cache's memory is kept in a file.</summary>
public sealed record SnapshotOptions
{
    // What a timer of .NET can be set to.
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>The file. Its directory must exist. Beside it a lock file (<c>.lock</c>) and, while saving, a temporary file (<c>.tmp-…</c>) appear.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// How often the file is saved when something changed: what was set since the last save is lost when the process is
    /// killed. Positive, at most 49 days, or <see cref="Timeout.InfiniteTimeSpan"/> for only on demand and on dispose. Default 30 seconds.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many damaged files, and files of a newer version, are kept beside the file (as <c>.corrupt-…</c> and <c>.version…</c>)
    /// when a save replaces them; beyond that the oldest are deleted. 0 to 1,000; 0 keeps none. Default 3.
    /// </summary>
    public int KeepCorrupt { get; set; } = 3;

    /// <summary>What is wrong with these options, one sentence each; nothing when they can be used.</summary>
    internal IEnumerable<string> Errors()
    {
        if (string.IsNullOrWhiteSpace(Path))
            yield return $"SnapshotOptions.Path is '{Path}'; it must name a file in an existing directory.";
        else if (Path.Contains('\0', StringComparison.Ordinal) || System.IO.Path.GetFileName(Path).Length == 0)
            yield return $"SnapshotOptions.Path is '{Path.Replace('\0', '?')}', which does not name a file; it must name a file in an existing directory.";
        if (Interval != Timeout.InfiniteTimeSpan && (Interval <= TimeSpan.Zero || Interval > LongestInterval))
            yield return $"SnapshotOptions.Interval is {Interval}; it must be positive and at most {LongestInterval.Days} days, or Timeout.InfiniteTimeSpan.";
        if (KeepCorrupt is < 0 or > 1000)
            yield return $"SnapshotOptions.KeepCorrupt is {KeepCorrupt}; it must be from 0 to 1000.";
    }
}
