using System.Numerics;

namespace Larder.Memory;

/// <summary>Remembers the hashes of the last entries that were evicted, in 8 bytes each, and nothing else of them.</summary>
/// <remarks>
/// A set-associative table of (hash, time of eviction), where time is the number of evictions. Nothing is ever
/// removed by age: what is older than the ghost is long does not count, and is overwritten first. So it cannot
/// grow, whatever keys come. Two keys of equal hash are taken for one; that costs a wrong guess, not a wrong answer.
/// </remarks>
internal sealed class Ghost
{
    private const int Ways = 4;

    // Upper half: the hash. Lower half: the time of eviction, never 0, so that 0 is an empty place.
    private readonly ulong[] _places;
    private readonly uint _length;
    private uint _time;

    public Ghost(int length)
    {
        _length = (uint)Math.Max(1, length);
        _places = new ulong[Math.Max(Ways, (int)BitOperations.RoundUpToPowerOf2(_length))];
    }

    public int Length => (int)_length;

    public void Add(uint hash)
    {
        if (++_time == 0)
        {
            // Times start again: what was remembered cannot be dated any more.
            Array.Clear(_places);
            _time = 1;
        }

        Span<ulong> set = Set(hash);
        int oldest = 0;
        uint oldestAge = 0;
        for (int way = 0; way < Ways; way++)
        {
            uint age = set[way] == 0 ? uint.MaxValue : _time - (uint)set[way];
            if (age > oldestAge)
            {
                oldest = way;
                oldestAge = age;
            }
        }

        set[oldest] = ((ulong)hash << 32) | _time;
    }

    /// <summary>Whether the hash was evicted lately; forgets it.</summary>
    public bool TryTake(uint hash)
    {
        Span<ulong> set = Set(hash);
        for (int way = 0; way < Ways; way++)
        {
            if ((uint)(set[way] >> 32) != hash || set[way] == 0)
                continue;
            bool recent = _time - (uint)set[way] < _length;
            set[way] = 0;
            return recent;
        }

        return false;
    }

    // The bits that choose the set are taken from the top: the hash table has used the low ones.
    private Span<ulong> Set(uint hash)
    {
        uint sets = (uint)_places.Length / Ways;
        return _places.AsSpan((int)(((ulong)hash * sets) >> 32) * Ways, Ways);
    }
}
