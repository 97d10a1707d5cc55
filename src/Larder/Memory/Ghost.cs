using System.Numerics;

namespace Larder.Memory;

/// <summary>Remembers when entries that are no longer held were last used: 4 bytes each, and nothing else of them.</summary>
/// <remarks>
/// <para>A set-associative table. A place holds a fingerprint of the hash and a time; within its set of eight, the
/// oldest makes room. So the ghost cannot grow, whatever keys come, and what it forgets is what is oldest nearby.</para>
/// <para>Times are cut to 20 bits, in units so coarse that the span in which a time is of use fits four times over;
/// for caches up to a hundred thousand entries the unit is 1. Two keys with the same set and fingerprint are taken for
/// one about every 500th time. That costs a wrong guess, not a wrong answer.</para>
/// </remarks>
internal sealed class Ghost
{
    private const int Ways = 8;
    private const int TimeBits = 20;
    private const uint TimeMask = (1u << TimeBits) - 1;

    // Upper 12 bits: the fingerprint, never 0, so that 0 is an empty place. Lower 20: the time.
    private readonly uint[] _places;
    private readonly int _unitShift;

    /// <param name="length">How many entries to remember, about.</param>
    /// <param name="span">How far back a time can be of use.</param>
    public Ghost(int length, long span)
    {
        int sets = (int)(((long)length + Ways - 1) / Ways);
        _places = new uint[Math.Max(1, sets) * Ways];
        _unitShift = Math.Max(0, BitOperations.Log2((ulong)Math.Max(1, span)) + 3 - TimeBits);
    }

    /// <summary>How many entries it remembers at most.</summary>
    public int Length => _places.Length;

    /// <summary>Remembers an entry, and since when it was not used.</summary>
    /// <param name="hash">The entry's hash.</param>
    /// <param name="lastUse">When it was last used.</param>
    /// <param name="now">At or after <paramref name="lastUse"/>, and after the former call's <paramref name="now"/>.</param>
    public void Add(uint hash, long lastUse, long now)
    {
        Span<uint> set = Set(hash);
        uint present = Time(now);
        int chosen = 0;
        uint chosenAge = 0;
        for (int way = 0; way < Ways; way++)
        {
            uint place = set[way];
            if (place == 0)
            {
                chosen = way;
                break;
            }

            uint age = (present - place) & TimeMask;
            if (age >= chosenAge)
            {
                chosen = way;
                chosenAge = age;
            }
        }

        set[chosen] = (Fingerprint(hash) << TimeBits) | Time(lastUse);
    }

    /// <summary>Forgets an entry, and tells how long ago it was last used; <see cref="long.MaxValue"/> when it is not remembered.</summary>
    public long Take(uint hash, long now)
    {
        Span<uint> set = Set(hash);
        uint fingerprint = Fingerprint(hash);
        for (int way = 0; way < Ways; way++)
        {
            uint place = set[way];
            if (place >> TimeBits != fingerprint)
                continue;
            set[way] = 0;
            return (long)((Time(now) - place) & TimeMask) << _unitShift;
        }

        return long.MaxValue;
    }

    private uint Time(long time) => (uint)(time >> _unitShift) & TimeMask;

    private static uint Fingerprint(uint hash)
    {
        // The set comes from the upper bits of the hash, so the fingerprint is taken from all of them, mixed.
        uint mixed = (hash * 0x9E3779B1u) >> TimeBits;
        return mixed == 0 ? 1u : mixed;
    }

    private Span<uint> Set(uint hash) => _places.AsSpan((int)(((ulong)hash * (uint)(_places.Length / Ways)) >> 32) * Ways, Ways);
}
