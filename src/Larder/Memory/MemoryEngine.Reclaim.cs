using Larder.Time;

namespace Larder.Memory;

// Expired entries are reclaimed without asking for them: slots are taken in regions of 64, each with the earliest
// expiry in it. Every write looks at the next region, and whoever owns the engine may look at all of them: comparing
// 8 bytes for 64 entries, and going into those only where something is due.
internal sealed partial class MemoryEngine<TKey, TLookup, TValue, TComparer, TPolicy, TListener>
{
    private const int RegionShift = 6;
    private const int RegionSlots = 1 << RegionShift;

    // How much of the gate one step of a full reclaim takes.
    private const int RegionsPerStep = 1024;
    private const int RemovalsPerStep = 256;

    // Under the gate. At most the earliest expiry of the region's entries; 0 stands for never, so that a new array needs no filling.
    private long[] _regionExpiry = [];
    private int _nextRegion;

    // Outside the gate, by whoever sweeps: where the next sweep goes on.
    private int _nextSwept = 1;

    public override int ReclaimExpired()
    {
        int total = 0;
        int region = 0;
        bool more = true;
        while (more)
        {
            var removals = default(RemovalBatch<TKey, TValue>);
            int before = total;
            using (Enter())
            {
                long now = _clock.Exact;
                int end = Math.Min(_regionExpiry.Length, region + RegionsPerStep);
                for (; region < end && total - before < RemovalsPerStep; region++)
                {
                    if (IsDue(region, now))
                        total += ReclaimRegion(region, now, ref removals);
                }

                more = region < _regionExpiry.Length;
            }

            Tell(ref removals);
        }

        return total;
    }

    public override SweepResult Sweep<TState>(TState state, Func<TState, TKey, TValue, bool> choose, int budget)
    {
        int removed = 0;
        int slot = _nextSwept;
        int used = Volatile.Read(ref _used);
        for (; slot <= used && budget > 0; slot++, budget--)
        {
            if (TryRead(slot, out EngineEntry<TKey, TValue> entry)
                && choose(state, entry.Key, entry.Value)
                && TryRemove(entry.Key, entry.Value))
            {
                removed++;
            }
        }

        bool wrapped = slot > used;
        _nextSwept = wrapped ? 1 : slot;
        return new SweepResult(removed, wrapped);
    }

    public override IEnumerable<EngineEntry<TKey, TValue>> Entries()
    {
        for (int slot = 1; slot <= Volatile.Read(ref _used); slot++)
        {
            if (TryRead(slot, out EngineEntry<TKey, TValue> entry))
                yield return entry;
        }
    }

    public override IEnumerable<EngineEntry<TKey, TValue>> ColdestFirst()
    {
        int[] order;
        using (Enter())
        {
            order = new int[_count];
            _policy.CopyOrder(order);
        }

        return Read(order);

        IEnumerable<EngineEntry<TKey, TValue>> Read(int[] slots)
        {
            foreach (int slot in slots)
            {
                if (TryRead(slot, out EngineEntry<TKey, TValue> entry))
                    yield return entry;
            }
        }
    }

    // Without the gate: the entry in a slot, if there is one.
    private bool TryRead(int slot, out EngineEntry<TKey, TValue> read)
    {
        var spinner = default(SpinWait);
        while (true)
        {
            Table<TKey, TValue> table = Volatile.Read(ref _table);
            if (slot > table.Capacity)
                break;
            ref Slot<TKey, TValue> entry = ref table.At(slot);
            uint state = Volatile.Read(ref entry.State);
            TKey key = entry.Key;
            long expires = Volatile.Read(ref entry.Expires);
            read = new EngineEntry<TKey, TValue>(key, entry.Value, expires);
            if (entry.IsStill(state))
                return true;

            if ((state & Slot<TKey, TValue>.LiveBit) == 0 && ReferenceEquals(table, Volatile.Read(ref _table)))
            {
                // No entry, or one whose value is just being written in several pieces.
                if (ValueIsAtomic)
                    break;
                return TryReadLocked(slot, out read);
            }

            spinner.SpinOnce(sleep1Threshold: -1);
        }

        read = default;
        return false;
    }

    private bool TryReadLocked(int slot, out EngineEntry<TKey, TValue> read)
    {
        using (Enter())
        {
            Table<TKey, TValue> table = _table;
            if (slot <= table.Capacity && table.At(slot).IsLive)
            {
                ref Slot<TKey, TValue> entry = ref table.At(slot);
                read = new EngineEntry<TKey, TValue>(entry.Key, entry.Value, entry.Expires);
                return true;
            }
        }

        read = default;
        return false;
    }

    // Everything below: under the gate.

    private void NoteExpiry(int slot, long expires)
    {
        if (expires == Clock.Never)
            return;
        ref long earliest = ref _regionExpiry[slot >> RegionShift];
        if (earliest == 0 || expires < earliest)
            earliest = Math.Max(1, expires);
    }

    private bool IsDue(int region, long now) => _regionExpiry[region] != 0 && _regionExpiry[region] <= now;

    private void SweepStep(ref RemovalBatch<TKey, TValue> removals)
    {
        if (++_nextRegion >= _regionExpiry.Length)
            _nextRegion = 0;
        if (_regionExpiry[_nextRegion] == 0)
            return;
        long now = _clock.Now;
        if (IsDue(_nextRegion, now))
            ReclaimRegion(_nextRegion, now, ref removals);
    }

    private int ReclaimRegion(int region, long now, ref RemovalBatch<TKey, TValue> removals)
    {
        int reclaimed = 0;
        _regionExpiry[region] = 0;
        int end = Math.Min(_used, (region << RegionShift) + RegionSlots - 1);
        for (int slot = Math.Max(1, region << RegionShift); slot <= end; slot++)
        {
            ref Slot<TKey, TValue> entry = ref _table.At(slot);
            if (!entry.IsLive)
                continue;
            if (entry.IsFresh(now))
            {
                NoteExpiry(slot, entry.Expires);
                continue;
            }

            RemoveResident(slot, RemovalCause.Expired, ref removals);
            reclaimed++;
        }

        return reclaimed;
    }
}
