namespace Larder.Partitions;

/// <summary>The epoch of one thing that can be cleared as a whole: everything, a collection, an owner, a partition, a tag.</summary>
/// <param name="name">The name under which a store keeps this epoch.</param>
internal sealed class EpochCell(string name)
{
    private long _clearedAt;
    private long _pendingClears;

    public string Name { get; } = name;

    /// <summary>The <see cref="EpochClock"/>'s time when this was last cleared here; 0 when never. Entries stamped earlier are gone.</summary>
    public long ClearedAt => Volatile.Read(ref _clearedAt);

    /// <summary>The store's epoch of this name as last seen; -1 when it was never asked. Guarded by the lock of the clock.</summary>
    public long StoreEpoch { get; set; } = -1;

    /// <summary>Whether the store told of a bump whose epoch was not seen yet. Guarded by the lock of the clock.</summary>
    public bool Told { get; set; }

    /// <summary>The last clear that this process carried into the store: its sequence among this process's writes, and the store's epoch that came of it.</summary>
    public (long Sequence, long Epoch) OwnClear { get; set; }

    /// <summary>Whether a clear of this process has not reached the store yet: until then nothing stored under this is trusted.</summary>
    public bool HasPendingClear => Volatile.Read(ref _pendingClears) > 0;

    public void BeginClear() => Interlocked.Increment(ref _pendingClears);

    public void EndClear() => Interlocked.Decrement(ref _pendingClears);

    // Only the clock writes it, under its lock, before it moves on.
    internal void SetClearedAt(long time) => Volatile.Write(ref _clearedAt, time);
}
