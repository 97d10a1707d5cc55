using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>
/// Keeps the entries with the shortest reuse distance, learned from marks that hits leave; how much room new entries
/// get to prove themselves adapts to the requests.
/// </summary>
/// <remarks>
/// <para>The idea is LIRS (Jiang, Zhang, SIGMETRICS '02): an entry is hot if it came back sooner than the hot entries
/// do. Hits only leave marks, as in CLOCK-Pro (Jiang, Chen, Zhang, USENIX ATC '05) and S3-FIFO (Yang et al.,
/// SOSP '23), and are taken into account when an entry reaches the end of its queue. The share of cold entries adapts
/// as in DLIRS (Li, SYSTOR '18) and ARC (Megiddo, Modha, FAST '03). New here: no stack holds the history. Each entry,
/// and each one in the ghost, has the time of its last known use, counted in inserts; that it would still be in LIRS'
/// stack is the same as that it was used after the last hot entry was.</para>
/// <list type="number">
/// <item>Until the cache is full, entries enter the hot queue. Afterwards a new entry enters the cold queue.</item>
/// <item>A hit raises the entry's mark, up to 5, and moves nothing: a hot entry's hit writes nothing at all.</item>
/// <item>A marked entry at the end of the hot queue goes round again, with one mark less and now as its last use.</item>
/// <item>A marked entry at the end of the cold queue becomes hot if it was hot before, or was used after the last hot entry,
/// else it goes round again. An unmarked one leaves, and the ghost remembers its last use.</item>
/// <item>A new entry that the ghost remembers as used well after the last hot entry, in 0.83 of the time since then,
/// becomes hot at once. One short interval proves less than the marks that hot entries have gathered.</item>
/// <item>When there are more hot entries than fit beside the cold target, the last becomes cold.</item>
/// <item>The cold target grows when a ghost comes back in time (it would have been a hit with more room), the more the
/// sooner it comes, and shrinks when an entry is marked after it became cold (it should have stayed hot).</item>
/// </list>
/// <para>Going round is bounded for each insert and each eviction, so that none pays for everybody's hits.</para>
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal struct AdaptivePolicy : IEvictionPolicy
{
    private const double LeastColdShare = 0.01;
    private const double GrowStep = 0.5;
    private const double ShrinkStep = 0.1;
    private const double LeastWeight = 0.15;
    private const double ProvenShare = 0.83;
    private const int RoundsPerStep = 256;
    private const int GhostsPerEntry = 2;

    private long _maxEntries;
    private Nodes _nodes;
    private SlotList _hot;
    private SlotList _cold;
    private Ghost? _ghost;
    private long _ghosts;
    private int _demoted;

    // At the last eviction; 0 before the first.
    private int _entries;
    private double _coldTarget;
    private long _now;

    // How many entries the insert or eviction under way may still let go round.
    private int _rounds;

    /// <param name="maxEntries">The bound on entries, <see cref="long.MaxValue"/> if there is none.</param>
    public AdaptivePolicy(long maxEntries)
    {
        _maxEntries = maxEntries;
        _nodes = new Nodes();
        _coldTarget = LeastCold(maxEntries);
    }

    private enum Kind : byte
    {
        Cold,

        /// <summary>Cold now, hot before, and not used since.</summary>
        Demoted,

        Hot,
    }

    public static bool LocksOnHit => false;

    public static byte HighestMark => 5;

    /// <summary>How many entries may be cold, as adapted so far.</summary>
    public readonly double ColdTarget => _coldTarget;

    public void Resize(int capacity) => _nodes.Resize(capacity);

    // Once entries have been evicted, the cold target keeps its share at the next eviction, and the ghost grows with the entries.
    public void SetBound(long maxEntries)
    {
        _maxEntries = maxEntries;
        if (_ghost is null)
            _coldTarget = LeastCold(maxEntries);
    }

    public readonly void Touch<TSlots>(int slot, TSlots slots)
        where TSlots : struct, ISlots
    {
        byte mark = slots.MarkOf(slot);
        if (mark < HighestMark)
            slots.SetMark(slot, (byte)(mark + 1));
    }

    public void OnInsert<TSlots>(int slot, TSlots slots)
        where TSlots : struct, ISlots
    {
        _now++;
        _rounds = RoundsPerStep;
        bool hot;
        if (_ghost is null)
        {
            hot = _cold.Count == 0 && _hot.Count < _maxEntries - (long)_coldTarget;
        }
        else
        {
            long age = _ghost.Take(slots.HashOf(slot), _now);
            uint limit = age == long.MaxValue || _hot.Count == 0 ? 0 : Age(LastHot(slots));
            hot = age < limit * ProvenShare;
            if (age < limit)
            {
                // The sooner it came back, the less room it would have taken to keep it.
                double weight = Math.Max(LeastWeight, 1 - ((double)age / limit));
                _coldTarget += GrowStep * weight * Math.Max(1, (double)_demoted / Math.Max(1, _ghosts));
            }
        }

        slots.SetMark(slot, 0);
        _nodes.Of(slot).LastUse = (uint)_now;
        Add(slot, hot);
    }

    public void OnRemove(int slot)
    {
        if (_nodes.Of(slot).Kind == Kind.Hot)
        {
            _hot.Remove(_nodes, slot);
            return;
        }

        _cold.Remove(_nodes, slot);
        Undemote(slot);
    }

    public int Evict<TSlots>(TSlots slots)
        where TSlots : struct, ISlots
    {
        int entries = _hot.Count + _cold.Count;
        double least = LeastCold(entries);
        if (entries != _entries)
        {
            // How many entries there is room for is known only now, and changes with a bound in bytes: the target keeps its share.
            _coldTarget = _ghost is null ? least : _coldTarget * entries / _entries;
            _entries = entries;
        }

        if (_ghost is null || _ghost.Length < entries)
            NewGhost(entries);

        _coldTarget = Math.Clamp(_coldTarget, least, Math.Max(least, entries - least));
        _rounds = RoundsPerStep;
        DemoteSurplus(entries, slots);
        while (true)
        {
            if (_cold.Count == 0)
                Demote(slots);

            int slot = _cold.Tail;
            _cold.Remove(_nodes, slot);
            bool demoted = Undemote(slot);
            if (slots.MarkOf(slot) == 0 || _rounds-- <= 0)
            {
                _ghost!.Add(slots.HashOf(slot), LastUse(slot));
                _ghosts = Math.Min(_ghosts + 1, _ghost.Length);
                return slot;
            }

            if (demoted)
                _coldTarget = Math.Max(least, _coldTarget - (ShrinkStep * Math.Max(1, (double)_ghosts / Math.Max(1, _demoted))));
            bool hot = demoted || _hot.Count == 0 || Age(slot) < Age(LastHot(slots));
            slots.SetMark(slot, 0);
            _nodes.Of(slot).LastUse = (uint)_now;
            Add(slot, hot);
            DemoteSurplus(entries, slots);
        }
    }

    public readonly int CopyOrder(Span<int> slots)
    {
        int cold = _cold.CopyTo(_nodes, slots);
        return cold + _hot.CopyTo(_nodes, slots[cold..]);
    }

    public void Clear()
    {
        _hot = default;
        _cold = default;
        _ghost = null;
        _ghosts = 0;
        _demoted = 0;
        _entries = 0;
        _coldTarget = LeastCold(_maxEntries);
    }

    private static double LeastCold(long entries) => Math.Max(1, Math.Min(entries * LeastColdShare, entries / 2.0));

    private readonly uint Age(int slot) => (uint)_now - _nodes.Of(slot).LastUse;

    // In full, as the ghost wants it.
    private readonly long LastUse(int slot) => _now - Age(slot);

    private void Add(int slot, bool hot)
    {
        _nodes.Of(slot).Kind = hot ? Kind.Hot : Kind.Cold;
        if (hot)
            _hot.AddHead(_nodes, slot);
        else
            _cold.AddHead(_nodes, slot);
    }

    // The end of the hot queue, after marked entries there have gone round; there is one.
    private int LastHot<TSlots>(TSlots slots)
        where TSlots : struct, ISlots
    {
        while (true)
        {
            int slot = _hot.Tail;
            if (slots.MarkOf(slot) == 0 || _rounds-- <= 0)
                return slot;
            slots.SetMark(slot, (byte)(slots.MarkOf(slot) - 1));
            _nodes.Of(slot).LastUse = (uint)_now;
            _hot.MoveToHead(_nodes, slot);
        }
    }

    private void DemoteSurplus<TSlots>(int entries, TSlots slots)
        where TSlots : struct, ISlots
    {
        // One by one as the target moves: a small step each time, never a long one.
        for (int step = 0; step < 4 && _hot.Count > 1 && _hot.Count > entries - (int)_coldTarget; step++)
            Demote(slots);
    }

    private void Demote<TSlots>(TSlots slots)
        where TSlots : struct, ISlots
    {
        int slot = LastHot(slots);
        _hot.Remove(_nodes, slot);
        _nodes.Of(slot).Kind = Kind.Demoted;
        _demoted++;
        _cold.AddHead(_nodes, slot);
    }

    private bool Undemote(int slot)
    {
        if (_nodes.Of(slot).Kind != Kind.Demoted)
            return false;
        _nodes.Of(slot).Kind = Kind.Cold;
        _demoted--;
        return true;
    }

    // When the first entry has to go, and when a bound in bytes lets in far more entries than before.
    private void NewGhost(int entries)
    {
        long length = Math.Min((long)entries * GhostsPerEntry, Array.MaxLength / 2);
        _ghost = new Ghost((int)length, length);
        _ghosts = 0;
    }

    /// <summary>What is known of the slots, by number: all that one insert or eviction needs of a slot is on one cache line.</summary>
    private struct Nodes : ISlotLinks
    {
        private Node[] _all;

        public Nodes() => _all = [];

        public void Resize(int capacity) => Array.Resize(ref _all, capacity + 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly ref Node Of(int slot) => ref _all[slot];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly ref SlotLink At(int slot) => ref _all[slot].Link;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Node
    {
        public SlotLink Link;

        /// <summary>By the policy's own time, the number of inserts, modulo 2^32.</summary>
        public uint LastUse;

        public Kind Kind;
    }
}
