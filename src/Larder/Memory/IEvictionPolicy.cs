namespace Larder.Memory;

/// <summary>
/// Decides who makes room. Knows slots by number and hash only; a struct, so that the JIT inlines it into the engine.
/// </summary>
/// <remarks>Everything but <see cref="OnHit"/> is called under the engine's gate.</remarks>
internal interface IEvictionPolicy
{
    /// <summary>Whether a hit must take the gate and call <see cref="Touch"/>, instead of <see cref="OnHit"/>.</summary>
    static abstract bool LocksOnHit { get; }

    /// <summary>Makes room for slots 1 to <paramref name="capacity"/>, keeping what is known of the present ones.</summary>
    void Resize(int capacity);

    /// <summary>Notes a hit, without a lock. The slot may have been reused meanwhile, or be beyond the capacity.</summary>
    void OnHit(int slot);

    /// <summary>Notes a hit or a write, under the gate.</summary>
    void Touch(int slot);

    /// <summary>A new entry has taken <paramref name="slot"/>.</summary>
    void OnInsert(int slot, uint hash);

    /// <summary>The entry has gone for another reason than <see cref="Evict"/>.</summary>
    void OnRemove(int slot);

    /// <summary>Chooses an entry, forgets it as a resident, and returns its slot; there is at least one.</summary>
    /// <param name="hashes">Tells a slot's hash.</param>
    int Evict<THashes>(in THashes hashes)
        where THashes : struct, ISlotHashes, allows ref struct;

    /// <summary>Writes the slots of all entries from the one that would go first to the one that would go last.</summary>
    /// <returns>How many were written.</returns>
    int CopyOrder(Span<int> slots);

    /// <summary>Forgets every entry.</summary>
    void Clear();
}

/// <summary>Tells the hash of the entry in a slot.</summary>
internal interface ISlotHashes
{
    uint this[int slot] { get; }
}
