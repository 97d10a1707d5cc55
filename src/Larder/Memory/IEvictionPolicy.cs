namespace Larder.Memory;

/// <summary>
/// Decides who makes room. Knows slots by number, hash and mark only; a struct, so that the JIT inlines it into the engine.
/// </summary>
/// <remarks>Everything is called under the engine's gate. Hits without the gate raise marks, and that is all they do.</remarks>
internal interface IEvictionPolicy
{
    /// <summary>Whether a hit must take the gate and call <see cref="Touch"/>, instead of raising the entry's mark.</summary>
    static abstract bool LocksOnHit { get; }

    /// <summary>Up to which mark hits count.</summary>
    static abstract byte HighestMark { get; }

    /// <summary>Makes room for slots 1 to <paramref name="capacity"/>, keeping what is known of the present ones.</summary>
    void Resize(int capacity);

    /// <summary>The most entries that there may be from now on.</summary>
    void SetBound(long maxEntries);

    /// <summary>Notes a write to an entry, or a hit if <see cref="LocksOnHit"/>.</summary>
    void Touch<TSlots>(int slot, TSlots slots)
        where TSlots : struct, ISlots;

    /// <summary>A new entry has taken <paramref name="slot"/>.</summary>
    void OnInsert<TSlots>(int slot, TSlots slots)
        where TSlots : struct, ISlots;

    /// <summary>The entry has gone for another reason than <see cref="Evict"/>.</summary>
    void OnRemove(int slot);

    /// <summary>Chooses an entry, forgets it as a resident, and returns its slot; there is at least one.</summary>
    int Evict<TSlots>(TSlots slots)
        where TSlots : struct, ISlots;

    /// <summary>Writes the slots of all entries from the one that would go first to the one that would go last.</summary>
    /// <returns>How many were written.</returns>
    int CopyOrder(Span<int> slots);

    /// <summary>Forgets every entry.</summary>
    void Clear();
}

/// <summary>What a policy may know of the entries in their slots.</summary>
internal interface ISlots
{
    uint HashOf(int slot);

    /// <summary>How often the entry was hit, up to the policy's highest mark, since the policy last set it.</summary>
    byte MarkOf(int slot);

    void SetMark(int slot, byte mark);
}
