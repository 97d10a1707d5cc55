using System.Runtime.CompilerServices;
using Larder.Time;

namespace Larder.Memory;

/// <summary>One place for an entry. An array of them holds the whole cache: no object, no header and no pointer an entry.</summary>
/// <remarks>
/// <para>Written only under the engine's gate, read without it. <see cref="State"/> is a sequence lock and, in
/// its lowest byte, the policy's mark: <see cref="LiveBit"/> is set while the slot holds an entry that may be read, and
/// clear while it is free or being written; the bits above count its changes. A reader takes the state, reads, takes
/// the state again, and believes what it read when both are live and the same but for the mark.</para>
/// <para>The mark alone is written without the gate, as a byte, by hits. A mark that lands on the slot's next entry, or
/// is overwritten by a change of state, is a lost guess and nothing else.</para>
/// <para>A slot that lives keeps its key and hash. <see cref="Value"/> changes in place where the hardware writes it
/// in one go, else under an even version. No reader pairs a value with a later expiry than its own: <see cref="Expires"/>
/// is read before <see cref="Value"/>; a later one is written after the value, and an earlier one before it, with a
/// change of version in between.</para>
/// </remarks>
internal struct Slot<TKey, TValue>
{
    /// <summary>Odd numbers of changes make a slot live. Everything below this bit is the mark.</summary>
    public const uint LiveBit = 1 << 8;

    public TValue Value;
    public TKey Key;

    /// <summary>In the clock's milliseconds.</summary>
    public long Expires;

    public uint Hash;

    /// <summary>The next slot of the bucket, or of the free list; 0 ends both.</summary>
    public int Next;

    public uint State;

    public readonly bool IsLive => (State & LiveBit) != 0;

    public readonly bool IsFresh(long now) => Expires > now || Expires == Clock.Never;

    /// <summary>How often the entry was hit lately; what it means is the policy's business.</summary>
    public byte Mark
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => (byte)State;

        // One byte, so that a change of state on another thread is never undone.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => Unsafe.Add(ref Unsafe.As<uint, byte>(ref State), BitConverter.IsLittleEndian ? 0 : 3) = value;
    }

    /// <summary>Makes the slot unreadable if it was readable, and the other way round. Under the gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Flip() => Volatile.Write(ref State, State + LiveBit);

    /// <summary>Lets no reader believe what it read from before to after, and leaves the slot readable. Under the gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Renew() => Volatile.Write(ref State, State + (2 * LiveBit));

    /// <summary>Whether an entry was readable in <paramref name="state"/> and has not changed since, so that what was read in between is its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsStill(uint state) => HasNotChangedSince(state) && (state & LiveBit) != 0;

    /// <summary>Whether nothing but the mark has changed since <paramref name="state"/> was read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool HasNotChangedSince(uint state)
    {
        Volatile.ReadBarrier();
        return (State ^ state) < LiveBit;
    }
}
