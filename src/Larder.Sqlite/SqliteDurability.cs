namespace Larder;

/// <summary>When a <see cref="SqliteStore"/> acknowledges a write.</summary>
public enum SqliteDurability
{
    /// <summary>When it is on the disk: it survives the loss of power. Writes that come together share one flush of the disk.</summary>
    Durable,

    /// <summary>
    /// When it is in the file as every process sees it: it survives any process's end, <c>kill -9</c> included, but the last
    /// writes before a loss of power may be gone. The file stays whole all the same.
    /// </summary>
    Relaxed,
}
