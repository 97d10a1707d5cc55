namespace Larder.Persistence;

/// <summary>What a save wrote; having it means that the file is on the disk.</summary>
/// <param name="Records">The records in the file.</param>
/// <param name="Refused">Records left out because they are larger than a record may be.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Duration">How long the save took.</param>
/// <param name="KeptAside">Where the damaged or newer file that this save replaced is now.</param>
internal sealed record SnapshotSaveResult(int Records, int Refused, long Bytes, TimeSpan Duration, string? KeptAside);
