using System.Collections.Concurrent;

namespace Larder.Tests.Memory;

public sealed class ConcurrencyTests
{
    public static TheoryData<EvictionPolicy> Policies => [EvictionPolicy.Adaptive, EvictionPolicy.Lru];

    [Theory]
    [InlineData(EvictionPolicy.Adaptive, 500, 20_000)]
    [InlineData(EvictionPolicy.Adaptive, 500, long.MaxValue)]
    [InlineData(EvictionPolicy.Lru, 500, 20_000)]
    [InlineData(EvictionPolicy.Lru, 500, long.MaxValue)]
    public void Bounds_hold_at_every_moment_of_a_write_storm(EvictionPolicy eviction, long maxEntries, long maxBytes)
    {
        var cache = new BoundedCache<int, long>(new() { MaxEntries = maxEntries, MaxBytes = maxBytes, Weigher = (_, size) => size, Eviction = eviction });
        bool running = true;
        long mostEntries = 0, mostBytes = 0;
        var watcher = new Thread(() =>
        {
            while (Volatile.Read(ref running))
            {
                mostEntries = Math.Max(mostEntries, cache.Count);
                mostBytes = Math.Max(mostBytes, cache.Bytes);
            }
        });
        watcher.Start();

        Parallel(4, seed =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 30_000; i++)
                cache.Set(random.Next(5_000), random.Next(1, 100), TimeSpan.FromMilliseconds(random.Next(100, 5_000)));
        });

        Volatile.Write(ref running, false);
        watcher.Join();
        // One of the two is what binds, so it was reached and watched.
        Assert.InRange(mostEntries, maxBytes == long.MaxValue ? maxEntries : 1, maxEntries);
        Assert.InRange(mostBytes, maxBytes == long.MaxValue ? 1 : maxBytes - 100, maxBytes);
        Assert.Equal(cache.Count, EngineOf.Of(cache).Entries().Select(e => e.Key).Distinct().Count());
        Assert.Equal(cache.Bytes, EngineOf.Of(cache).Entries().Sum(e => e.Value));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void No_update_is_lost(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<string, int>(new() { MaxEntries = 1000, Eviction = eviction });
        // Long enough that the threads do meet: this is a tenth of a second.
        const int Threads = 4, Each = 100_000;
        Parallel(Threads, _ =>
        {
            for (int i = 0; i < Each; i++)
            {
                while (true)
                {
                    int current = cache.GetOrAdd("counter", static _ => 0);
                    if (cache.TryUpdate("counter", current + 1, current))
                        break;
                }
            }
        });

        Assert.True(cache.TryGet("counter", out int total));
        Assert.Equal(Threads * Each, total);
    }

    [Fact]
    public void A_key_that_stays_is_found_while_others_come_and_go_and_the_table_grows() => FindWhileOthersComeAndGo(rounds: 20);

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "engine")]
    public void A_key_that_stays_is_found_through_thousands_of_tables() => FindWhileOthersComeAndGo(rounds: 10_000);

    // Everything that could lead a reader astray: unlinking and reusing slots of the same chains, growing, replacing wide values.
    private static void FindWhileOthersComeAndGo(int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            var cache = new BoundedCache<int, Wide>(new() { MaxEntries = 100_000 });
            const int Staying = 8;
            for (int key = 0; key < Staying; key++)
                cache.Set(key, new Wide(key));
            bool running = true;
            var writer = new Thread(() =>
            {
                for (int i = 0; i < 4_000; i++)
                {
                    cache.Set(100 + i, new Wide(i));
                    cache.Set(100 + i, new Wide(i + 1));
                    if (i % 3 != 0)
                        cache.Remove(100 + i);
                    cache.Set(i % Staying, new Wide(i));
                }

                Volatile.Write(ref running, false);
            });
            writer.Start();

            int looked = 0;
            while (Volatile.Read(ref running) || looked == 0)
            {
                looked++;
                Assert.True(cache.TryGet(looked % Staying, out Wide wide), "A key that is never removed was missed.");
                Assert.True(wide.IsWhole, "Half of one value and half of another were read.");
            }

            writer.Join();
        }
    }

    [Fact]
    public void A_key_that_stays_is_found_behind_slots_that_move_between_two_chains()
    {
        var cache = new BoundedCache<int, object>(new() { MaxEntries = 8, KeyComparer = new TwoChains() });
        object value = new();
        // Linked first, so that each way to it leads over the slots that come and go.
        cache.Set(0, value);
        bool running = true;
        var writer = new Thread(() =>
        {
            for (int i = 0; i < 400_000; i++)
            {
                // The slot that is freed last is used next: each is in the one chain now and in the other then.
                int chain = i & 1;
                for (int key = 1; key <= 3; key++)
                    cache.Set((key * 2) + chain, value);
                for (int key = 1; key <= 3; key++)
                    cache.Remove((key * 2) + chain);
            }

            Volatile.Write(ref running, false);
        });
        writer.Start();

        while (Volatile.Read(ref running))
            Assert.True(cache.TryGet(0, out _), "A key that is never removed was missed.");
        writer.Join();
    }

    [Fact]
    public void A_reader_never_goes_back_to_an_older_value()
    {
        var cache = new BoundedCache<int, object>(new() { MaxEntries = 64 });
        bool running = true;
        var failures = new ConcurrentQueue<string>();
        var readers = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            int last = -1;
            while (Volatile.Read(ref running))
            {
                if (!cache.TryGet(7, out object? value))
                    continue;
                int seen = (int)value;
                if (seen < last)
                    failures.Enqueue($"{seen} after {last}");
                last = seen;
            }
        })).ToList();
        readers.ForEach(r => r.Start());

        for (int i = 0; i < 30_000; i++)
        {
            cache.Set(7, i);
            if (!cache.TryGet(7, out object? mine) || (int)mine != i)
                failures.Enqueue($"wrote {i}, read {mine}");
            cache.Set(100 + (i % 500), i);
            if (i % 5 == 0)
                cache.Remove(7);
            if (i % 1000 == 0)
                cache.Clear();
        }

        Volatile.Write(ref running, false);
        readers.ForEach(r => r.Join());
        Assert.Empty(failures);
    }

    [Fact]
    public void Every_value_that_leaves_is_told_exactly_once()
    {
        var told = new ConcurrentDictionary<object, int>();
        var cache = new BoundedCache<int, object>(new() { MaxEntries = 100, OnRemoved = (_, value, _) => told.AddOrUpdate(value, 1, (_, n) => n + 1) });
        var written = new ConcurrentBag<object>();
        Parallel(4, seed =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 5_000; i++)
            {
                object value = new();
                written.Add(value);
                cache.Set(random.Next(300), value);
                if (i % 7 == 0)
                    cache.Remove(random.Next(300));
                if (i % 2000 == 0)
                    cache.Clear();
            }
        });

        var inside = cache.Select(e => e.Value).ToHashSet();
        Assert.All(told, t => Assert.Equal(1, t.Value));
        Assert.All(written, value => Assert.True(inside.Contains(value) != told.ContainsKey(value)));
    }

    [Fact]
    public void Hits_and_misses_are_counted_exactly()
    {
        var cache = new BoundedCache<int, int>(100);
        cache.Set(1, 1);
        Parallel(8, _ =>
        {
            for (int i = 0; i < 10_000; i++)
                cache.TryGet(i % 4, out int _);
        });

        Assert.Equal((20_000, 60_000), (cache.Statistics.Hits, cache.Statistics.Misses));
    }

    private static void Parallel(int threads, Action<int> body)
    {
        var failures = new ConcurrentQueue<Exception>();
        AtOnce.Run(threads, seed =>
        {
            try
            {
                body(seed);
            }
            catch (Exception failure)
            {
                failures.Enqueue(failure);
            }
        });
        Assert.Empty(failures);
    }

    /// <summary>Too wide to be written in one go.</summary>
    private readonly record struct Wide(long A, long B, long C, string D)
    {
        public Wide(long value)
            : this(value, -value, value ^ 42, value.ToString())
        {
        }

        public bool IsWhole => B == -A && C == (A ^ 42) && D == A.ToString();
    }

    private sealed class TwoChains : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => x == y;

        public int GetHashCode(int key) => key & 1;
    }
}
