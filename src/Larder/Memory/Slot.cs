namespace Larder.Memory;

/// <summary>One place for an entry. An array of them holds the whole cache: no object, no header and no pointer an entry.</summary>
/// <remarks>
/// <para>Written only under the engine's gate, read without it. <see cref="Version"/> is a sequence lock: odd while
/// the slot holds an entry that may be read, even while it is free or being written. A reader takes the version,
/// reads, takes the version again, and believes what it read when both are the same odd number.</para>
/// <para>A slot that lives keeps its key and hash. <see cref="Value"/> changes in place where the hardware writes it
/// in one go, else under an even version. <see cref="Expires"/> is written after <see cref="Value"/> and read before
/// it, so that no reader pairs an old value with a newer expiry.</para>
/// </remarks>
internal struct Slot<TKey, TValue>
{
    public TValue Value;
    public TKey Key;

    /// <summary>In the clock's milliseconds.</summary>
    public long Expires;

    public uint Hash;

    /// <summary>The next slot of the bucket, or of the free list; 0 ends both.</summary>
    public int Next;

    public int Version;

    public readonly bool IsLive => (Version & 1) != 0;
}
