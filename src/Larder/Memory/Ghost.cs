using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Larder.Memory;

/// <summary>Remembers when entries that are no longer held were last used: 4 bytes each, and nothing else of them.</summary>
/// <remarks>
/// <para>A set-associative table. A place holds a fingerprint of the hash and a time. A set is eight places, newest
/// first: one vector, in which a fingerprint is found and a place is made with a few instructions. A new one pushes the
/// others up to the first empty place, or the oldest out. So the ghost cannot grow, whatever keys come.</para>
/// <para>Times are cut to 20 bits, in units so coarse that the span in which a time is of use fits eight times over;
/// for caches up to 65,000 entries the unit is 1. Two keys with the same set and fingerprint are taken for
/// one about every 500th time. That costs a wrong guess, not a wrong answer.</para>
/// </remarks>
internal sealed class Ghost
{
    private const int Ways = 8;
    private const int TimeBits = 20;
    private const uint TimeMask = (1u << TimeBits) - 1;

    // Row n: which place each comes from when the first n move up by one and place 0 becomes free.
    private static readonly Vector256<uint>[] Pushes = [.. Enumerable.Range(0, Ways).Select(Push)];

    // Upper 12 bits: the fingerprint, never 0, so that 0 is an empty place. Lower 20: the time.
    private readonly Vector256<uint>[] _sets;
    private readonly int _unitShift;

    /// <param name="length">How many entries to remember, about.</param>
    /// <param name="span">How far back a time can be of use.</param>
    public Ghost(int length, long span)
    {
        _sets = new Vector256<uint>[Math.Max(1, (int)(((long)length + Ways - 1) / Ways))];
        _unitShift = Math.Max(0, BitOperations.Log2((ulong)Math.Max(1, span)) + 4 - TimeBits);
    }

    /// <summary>How many entries it remembers at most.</summary>
    public int Length => _sets.Length * Ways;

    /// <summary>Remembers an entry, and since when it was not used.</summary>
    public void Add(uint hash, long lastUse)
    {
        ref Vector256<uint> set = ref Set(hash);
        uint empty = Vector256.Equals(set, Vector256<uint>.Zero).ExtractMostSignificantBits();
        int moving = empty == 0 ? Ways - 1 : BitOperations.TrailingZeroCount(empty);
        set = Vector256.Shuffle(set, Pushes[moving]).WithElement(0, (Fingerprint(hash) << TimeBits) | Time(lastUse));
    }

    /// <summary>Forgets an entry, and tells how long ago it was last used; <see cref="long.MaxValue"/> when it is not remembered.</summary>
    public long Take(uint hash, long now)
    {
        ref Vector256<uint> set = ref Set(hash);
        uint found = Vector256.Equals(set >>> TimeBits, Vector256.Create(Fingerprint(hash))).ExtractMostSignificantBits();
        if (found == 0)
            return long.MaxValue;
        int way = BitOperations.TrailingZeroCount(found);
        ref uint place = ref MemoryMarshal.CreateSpan(ref Unsafe.As<Vector256<uint>, uint>(ref set), Ways)[way];
        long age = (long)((Time(now) - place) & TimeMask) << _unitShift;
        place = 0;
        return age;
    }

    private static Vector256<uint> Push(int moving)
    {
        Span<uint> from = stackalloc uint[Ways];
        for (int place = 0; place < Ways; place++)
            from[place] = (uint)(place > 0 && place <= moving ? place - 1 : place);
        return Vector256.Create<uint>(from);
    }

    private static uint Fingerprint(uint hash)
    {
        // The set comes from the upper bits of the hash, so the fingerprint is taken from all of them, mixed.
        uint mixed = (hash * 0x9E3779B1u) >> TimeBits;
        return mixed == 0 ? 1u : mixed;
    }

    private uint Time(long time) => (uint)(time >> _unitShift) & TimeMask;

    private ref Vector256<uint> Set(uint hash) => ref _sets[(int)(((ulong)hash * (uint)_sets.Length) >> 32)];
}
