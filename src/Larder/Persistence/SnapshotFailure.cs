namespace Larder.Persistence;

/// <summary>Why a save was made.</summary>
internal enum SnapshotTrigger
{
    /// <summary>The interval passed and something had changed.</summary>
    Interval,

    /// <summary>Somebody asked, and is told by an exception too.</summary>
    Demand,

    /// <summary>The cache is being disposed.</summary>
    Dispose,
}

/// <summary>A save that failed. What was to be saved stays marked as changed, and the next save tries again.</summary>
/// <param name="Path">The snapshot.</param>
/// <param name="Trigger">Why it was saved.</param>
/// <param name="Error">What went wrong.</param>
/// <param name="InARow">How many saves have failed since the last good one, this one included.</param>
internal sealed record SnapshotFailure(string Path, SnapshotTrigger Trigger, Exception Error, int InARow);
