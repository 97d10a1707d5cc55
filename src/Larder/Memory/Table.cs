using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>
/// The hash table: buckets of slots chained by number. Growing makes a new table and never changes the arrays of an
/// old one, so a reader works on one consistent set.
/// </summary>
/// <remarks>
/// Linking a slot in front of its chain disturbs no reader. Unlinking one might: a reader that stands on it would
/// follow it into another chain once the slot is reused, and miss what comes after. So a slot stops being live before
/// it is unlinked, and a reader believes the way that it took only if each slot on it was live and has not changed.
/// </remarks>
internal sealed unsafe class Table<TKey, TValue>
{
    // Pinned, so that a bucket is found from its address without going through the array.
    private readonly int[] _pinned;
    private readonly int* _buckets;

    // A bucket is chosen by the upper bits of the hash: that is where multiplicative hashing is best.
    private readonly int _shift;

    public Table(int capacity)
    {
        // Two to four buckets an entry: 8 to 16 bytes buy a first probe that nearly always finds it.
        int buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(capacity, 16, 1 << 29)) * 2;
        _shift = 32 - BitOperations.Log2((uint)buckets);
        _pinned = GC.AllocateArray<int>(buckets, pinned: true);
        _buckets = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pinned));
        // Slot 0 is never used: it stands for "none".
        Slots = new Slot<TKey, TValue>[capacity + 1];
    }

    public Slot<TKey, TValue>[] Slots { get; }

    /// <summary>The number of entries there is room for.</summary>
    public int Capacity => Slots.Length - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref int Bucket(uint hash)
    {
        // Unchecked: there are 2^(32 - shift) buckets.
        return ref _buckets[hash >> _shift];
    }

    /// <summary>Unchecked: <paramref name="slot"/> comes from a bucket or a chain of this table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Slot<TKey, TValue> At(int slot) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Slots), (nint)(uint)slot);

    /// <summary>Puts a filled, still unreadable slot in front of its chain and makes it readable. Under the gate.</summary>
    public void Publish(int slot)
    {
        ref Slot<TKey, TValue> entry = ref At(slot);
        ref int bucket = ref Bucket(entry.Hash);
        entry.Next = bucket;
        entry.Flip();
        Volatile.Write(ref bucket, slot);
    }

    /// <summary>Makes a slot unreadable and takes it out of its chain. Under the gate.</summary>
    public void Unlink(int slot)
    {
        ref Slot<TKey, TValue> entry = ref At(slot);
        entry.Flip();
        Volatile.WriteBarrier();

        ref int link = ref Bucket(entry.Hash);
        while (link != slot)
            link = ref At(link).Next;
        // Seen before the slot is live again: that is written as a release, too.
        Volatile.Write(ref link, entry.Next);
    }

    /// <summary>Makes a larger table with the same entries in the same slots. Under the gate.</summary>
    public Table<TKey, TValue> Grow(int capacity)
    {
        var larger = new Table<TKey, TValue>(capacity);
        Slot<TKey, TValue>[] slots = larger.Slots;
        Slots.CopyTo(slots, 0);
        for (int slot = 1; slot < Slots.Length; slot++)
        {
            if (!slots[slot].IsLive)
                continue;
            ref int bucket = ref larger.Bucket(slots[slot].Hash);
            slots[slot].Next = bucket;
            bucket = slot;
        }

        return larger;
    }

    /// <summary>Makes every slot unreadable, for readers that still hold this table. Under the gate.</summary>
    public void Retire(int used)
    {
        for (int slot = 1; slot <= used; slot++)
        {
            if (Slots[slot].IsLive)
                Slots[slot].Flip();
        }
    }
}
