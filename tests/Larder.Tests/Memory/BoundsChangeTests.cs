using Larder.Memory;
using Larder.Partitions;
using Larder.Time;

namespace Larder.Tests.Memory;

/// <summary>Bounds that change while the engine is in use.</summary>
public sealed class BoundsChangeTests
{
    private static readonly Partition Partition = EngineOf.NewPartition();

    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public void Bounds_hold_after_every_change_and_what_left_was_told(EvictionPolicy eviction)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var there = new Dictionary<string, int>(StringComparer.Ordinal);
            MemoryEngine<EntryKey, EntryKeySpan, int> engine = EngineOf.Partitioned<int>(
                new EngineOptions(new Clock(TimeProvider.System), 100, 2_000),
                eviction,
                (key, value, cause) =>
                {
                    if (cause == RemovalCause.Evicted)
                        there.Remove(key.Key);
                });
            long maxEntries = 100, maxBytes = 2_000;
            for (int step = 0; step < 5_000; step++)
            {
                if (random.Next(50) == 0)
                {
                    (maxEntries, maxBytes) = (random.Next(1, 3_000), random.Next(1, 40_000));
                    engine.SetBounds(maxEntries, maxBytes);
                }

                string key = $"{random.Next(5_000)}";
                int size = random.Next(0, 30);
                there[key] = step;
                engine.Set(new EntryKey(Partition, key), step, Clock.Never, size);
                if (random.Next(20) == 0 && engine.Remove(new EntryKey(Partition, key), out _))
                    there.Remove(key);
                Assert.InRange(engine.Count, 0, maxEntries);
                Assert.InRange(engine.Bytes, 0, maxBytes);
            }

            Assert.Equal(there.OrderBy(pair => pair.Key, StringComparer.Ordinal), engine.Entries().Select(entry => KeyValuePair.Create(entry.Key.Key, entry.Value)).OrderBy(pair => pair.Key, StringComparer.Ordinal));
            Assert.Equal(there.Count, engine.Count);
        }
    }

    [Fact]
    public void A_lower_bound_lets_go_of_what_was_used_least_recently()
    {
        MemoryEngine<EntryKey, EntryKeySpan, int> engine = EngineOf.Partitioned<int>(new EngineOptions(new Clock(TimeProvider.System), 10), EvictionPolicy.Lru);
        for (int i = 0; i < 10; i++)
            engine.Set(new EntryKey(Partition, $"{i}"), i, Clock.Never, 0);
        Assert.True(engine.TryGet(new EntryKeySpan(Partition, "0"), out _));

        engine.SetBounds(3, null);

        Assert.Equal([8, 9, 0], engine.ColdestFirst().Select(entry => entry.Value));
    }

    [Fact]
    public void After_a_higher_bound_hits_are_as_many_as_if_it_had_always_been()
    {
        const int Bound = 2_000;
        double always = Ratio(EngineOf.Partitioned<int>(Bound));
        MemoryEngine<EntryKey, EntryKeySpan, int> raised = EngineOf.Partitioned<int>(100);
        Ratio(raised);

        raised.SetBounds(Bound, null);

        Assert.InRange(Ratio(raised), always - 0.03, 1);
        Assert.Equal(Bound, raised.Count);
    }

    [Fact]
    public void After_a_lower_bound_hits_are_as_many_as_if_it_had_always_been()
    {
        const int Bound = 200;
        double always = Ratio(EngineOf.Partitioned<int>(Bound));
        MemoryEngine<EntryKey, EntryKeySpan, int> lowered = EngineOf.Partitioned<int>(5_000);
        Ratio(lowered);

        lowered.SetBounds(Bound, null);

        Assert.InRange(Ratio(lowered), always - 0.03, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60_000)]
    public void After_a_much_lower_bound_a_loop_keeps_as_much_as_if_it_had_always_been(int filled)
    {
        const int Bound = 500;
        MemoryEngine<EntryKey, EntryKeySpan, int> always = EngineOf.Partitioned<int>(Bound), lowered = EngineOf.Partitioned<int>(50_000);
        for (int i = 0; i < filled; i++)
        {
            always.Set(new EntryKey(Partition, $"before {i}"), i, Clock.Never, 0);
            lowered.Set(new EntryKey(Partition, $"before {i}"), i, Clock.Never, 0);
        }

        lowered.SetBounds(Bound, null);

        double expected = LoopRatio(always);
        Assert.InRange(LoopRatio(lowered), expected - 0.05, 1);
        Assert.InRange(expected, 0.2, 0.5);

        static double LoopRatio(MemoryEngine<EntryKey, EntryKeySpan, int> engine)
        {
            int hits = 0;
            const int Requests = 40_000;
            for (int i = 0; i < Requests; i++)
            {
                string key = $"{i % (2 * Bound)}";
                if (engine.TryGet(new EntryKeySpan(Partition, key), out _))
                    hits++;
                else
                    engine.Set(new EntryKey(Partition, key), i, Clock.Never, 0);
            }

            return (double)hits / Requests;
        }
    }

    [Fact]
    public void While_bounds_are_lowered_a_writer_makes_room_for_what_it_writes_and_not_for_all_the_rest()
    {
        MemoryEngine<EntryKey, EntryKeySpan, int> engine = null!;
        int calls = 0, most = 0;
        engine = EngineOf.Partitioned<int>(new EngineOptions(new Clock(TimeProvider.System), 10_000, 10_000), removed: (_, _, _) =>
        {
            // In between two steps: the callback of the first one writes.
            if (++calls != 1)
                return;
            long before = engine.Count;
            engine.Set(new EntryKey(Partition, "new"), 1, Clock.Never, 1);
            most = (int)(before - engine.Count);
        });
        for (int i = 0; i < 10_000; i++)
            engine.Set(new EntryKey(Partition, $"{i}"), i, Clock.Never, 1);

        engine.SetBounds(100, 50);

        Assert.InRange(most, 0, 2);
        Assert.Equal((50, 50), (engine.Count, engine.Bytes));
    }

    // Requests that prefer few keys, with a tail: the rank is the cube of an even draw.
    private static double Ratio(MemoryEngine<EntryKey, EntryKeySpan, int> engine)
    {
        var random = new Random(5);
        int hits = 0;
        const int Requests = 60_000;
        for (int i = 0; i < Requests; i++)
        {
            double draw = random.NextDouble();
            string key = $"{(int)(draw * draw * draw * 10_000)}";
            if (engine.TryGet(new EntryKeySpan(Partition, key), out _))
                hits++;
            else
                engine.Set(new EntryKey(Partition, key), i, Clock.Never, 0);
        }

        return (double)hits / Requests;
    }
}
