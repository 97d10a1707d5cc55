using Larder.Memory;

namespace Larder.Tests.Memory;

/// <summary>The policy beside its rules written down naively, with lists that are searched and no slots that are reused.</summary>
public sealed class AdaptivePolicyModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(200)]
    public void The_policy_decides_as_its_rules_say(int bound)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            var slots = new FakeSlots(bound);
            var policy = new AdaptivePolicy(bound);
            policy.Resize(bound);
            var model = new Model(bound);
            var slotOf = new Dictionary<uint, int>();
            var free = new Stack<int>(Enumerable.Range(1, bound).Reverse());

            for (int step = 0; step < 4_000; step++)
            {
                uint hash = Request(random, seed, step, bound);
                if (slotOf.TryGetValue(hash, out int slot))
                {
                    if (random.Next(50) == 0)
                    {
                        policy.OnRemove(slot);
                        model.Remove(hash);
                        slotOf.Remove(hash);
                        free.Push(slot);
                    }
                    else
                    {
                        policy.Touch(slot, slots);
                        model.Hit(hash);
                    }

                    continue;
                }

                if (slotOf.Count == bound)
                {
                    int evicted = policy.Evict(slots);
                    Assert.Equal(model.Evict(), slots.HashOf(evicted));
                    slotOf.Remove(slots.HashOf(evicted));
                    free.Push(evicted);
                }

                slot = free.Pop();
                slots.Hashes[slot] = hash;
                slotOf[hash] = slot;
                policy.OnInsert(slot, slots);
                model.Insert(hash);
                Assert.Equal(model.ColdTarget, policy.ColdTarget, 6);
            }

            int[] order = new int[slotOf.Count];
            Assert.Equal(order.Length, policy.CopyOrder(order));
            Assert.Equal(model.ColdestFirst, order.Select(slots.HashOf));
        }
    }

    [Fact]
    public void No_insert_pays_for_everybodys_hits()
    {
        // All entries have been hit as often as counts, again and again: going round for all of them would be 20,000 steps and more.
        const int Bound = 4_000;
        var slots = new FakeSlots(Bound);
        var policy = new AdaptivePolicy(Bound);
        policy.Resize(Bound);
        for (int slot = 1; slot <= Bound; slot++)
        {
            slots.Hashes[slot] = (uint)slot * 2654435761u;
            policy.OnInsert(slot, slots);
        }

        int most = 0;
        for (int step = 0; step < 2_000; step++)
        {
            for (int slot = 1; slot <= Bound; slot++)
                slots.SetMark(slot, AdaptivePolicy.HighestMark);
            slots.Changes[0] = 0;
            int evicted = policy.Evict(slots);
            slots.Hashes[evicted] = (uint)(Bound + step) * 2654435761u;
            policy.OnInsert(evicted, slots);
            most = Math.Max(most, slots.Changes[0]);
        }

        // 256 going round for the eviction and as many for the insert, and one change for the new entry.
        Assert.InRange(most, 256, (2 * 256) + 1);
    }

    // Loops, skewed draws and scans in turn: what makes entries hot, cold, demoted and remembered.
    private static uint Request(Random random, int seed, int step, int bound)
    {
        int number = ((seed + (step / 700)) % 4) switch
        {
            0 => step % (bound + (bound / 3) + 1),
            1 => (int)(bound * 3 * Math.Pow(random.NextDouble(), 3)),
            2 => random.Next(bound * 2),
            _ => step,
        };
        return (uint)(number + 1) * 2654435761u;
    }

    private readonly struct FakeSlots(int capacity) : ISlots
    {
        private readonly byte[] _marks = new byte[capacity + 1];

        public uint[] Hashes { get; } = new uint[capacity + 1];

        public uint HashOf(int slot) => Hashes[slot];

        public byte MarkOf(int slot) => _marks[slot];

        /// <summary>How often a mark was set.</summary>
        public int[] Changes { get; } = [0];

        public void SetMark(int slot, byte mark)
        {
            _marks[slot] = mark;
            Changes[0]++;
        }
    }

    private sealed class Model(int bound)
    {
        private const int MostRounds = 256;
        private int _rounds;

        private readonly List<Entry> _hot = [], _cold = [];
        private Ghost? _ghost;
        private long _now, _ghosts;

        public double ColdTarget { get; private set; } = Least(bound);

        // Lists run from the first to go to the last to go.
        public IEnumerable<uint> ColdestFirst => _cold.Concat(_hot).Select(e => e.Hash);

        public void Hit(uint hash)
        {
            Entry entry = _hot.Concat(_cold).Single(e => e.Hash == hash);
            entry.Mark = Math.Min(5, entry.Mark + 1);
        }

        public void Remove(uint hash)
        {
            _hot.RemoveAll(e => e.Hash == hash);
            _cold.RemoveAll(e => e.Hash == hash);
        }

        public void Insert(uint hash)
        {
            _now++;
            _rounds = MostRounds;
            var entry = new Entry { Hash = hash, LastUse = _now };
            bool hot;
            if (_ghost is null)
            {
                hot = _cold.Count == 0 && _hot.Count < bound - (long)ColdTarget;
            }
            else
            {
                long age = _ghost.Take(hash, _now);
                long limit = age == long.MaxValue || _hot.Count == 0 ? 0 : _now - LastHot().LastUse;
                hot = age < limit * 0.83;
                if (age < limit)
                    ColdTarget += 0.5 * Math.Max(0.15, 1 - ((double)age / limit)) * Math.Max(1, (double)_cold.Count(e => e.Demoted) / Math.Max(1, _ghosts));
            }

            (hot ? _hot : _cold).Add(entry);
        }

        public uint Evict()
        {
            int entries = _hot.Count + _cold.Count;
            _ghost ??= new Ghost(entries * 2, entries * 2);
            double least = Least(entries);
            ColdTarget = Math.Clamp(ColdTarget, least, Math.Max(least, entries - least));
            _rounds = MostRounds;
            DemoteSurplus(entries);
            while (true)
            {
                if (_cold.Count == 0)
                    Demote();
                Entry entry = _cold[0];
                _cold.RemoveAt(0);
                bool demoted = entry.Demoted;
                entry.Demoted = false;
                if (entry.Mark == 0 || _rounds-- <= 0)
                {
                    _ghost.Add(entry.Hash, entry.LastUse);
                    _ghosts = Math.Min(_ghosts + 1, _ghost.Length);
                    return entry.Hash;
                }

                if (demoted)
                    ColdTarget = Math.Max(least, ColdTarget - (0.1 * Math.Max(1, (double)_ghosts / Math.Max(1, _cold.Count(e => e.Demoted)))));
                bool hot = demoted || _hot.Count == 0 || entry.LastUse > LastHot().LastUse;
                entry.Mark = 0;
                entry.LastUse = _now;
                (hot ? _hot : _cold).Add(entry);
                DemoteSurplus(entries);
            }
        }

        private static double Least(long entries) => Math.Max(1, Math.Min(entries * 0.01, entries / 2.0));

        private Entry LastHot()
        {
            while (_hot[0].Mark > 0 && _rounds-- > 0)
            {
                Entry entry = _hot[0];
                entry.Mark--;
                entry.LastUse = _now;
                _hot.RemoveAt(0);
                _hot.Add(entry);
            }

            return _hot[0];
        }

        private void DemoteSurplus(int entries)
        {
            for (int step = 0; step < 4 && _hot.Count > 1 && _hot.Count > entries - (int)ColdTarget; step++)
                Demote();
        }

        private void Demote()
        {
            Entry entry = LastHot();
            _hot.Remove(entry);
            entry.Demoted = true;
            _cold.Add(entry);
        }

        private sealed class Entry
        {
            public uint Hash { get; init; }

            public int Mark { get; set; }

            public long LastUse { get; set; }

            public bool Demoted { get; set; }
        }
    }
}
