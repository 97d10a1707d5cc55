namespace Larder.Tests.Memory;

/// <summary>What the adaptive policy is for, on requests whose best answer is known.</summary>
public sealed class HitRatioTests
{
    private const int Capacity = 1_000;

    [Fact]
    public void A_loop_larger_than_the_cache_keeps_a_part_of_it()
    {
        // LRU hits nothing; the optimum hits the capacity's share.
        Assert.Equal(0, Replay(EvictionPolicy.Lru, i => i % 2_000));
        Assert.InRange(Replay(EvictionPolicy.Adaptive, i => i % 2_000), 0.45, 0.5);
    }

    [Theory]
    [InlineData("loop")]
    [InlineData("scan")]
    [InlineData("skewed")]
    public void A_bound_in_bytes_keeps_what_a_bound_in_entries_keeps(string requests)
    {
        double entries = Replay(EvictionPolicy.Adaptive, Requests()), bytes = Replay(EvictionPolicy.Adaptive, Requests(), inBytes: true);

        Assert.InRange(bytes, entries - 0.01, entries + 0.01);

        Func<int, int> Requests()
        {
            var random = new Random(3);
            return requests switch
            {
                "loop" => static i => i % 2_000,
                "scan" => i => i % 2 == 0 ? random.Next(800) : 10_000 + i,
                _ => i => (int)(Math.Pow(random.NextDouble(), 4) * 50_000),
            };
        }
    }

    [Fact]
    public void A_scan_does_not_wash_out_the_working_set()
    {
        var random = new Random(1);
        Assert.InRange(Replay(EvictionPolicy.Adaptive, i => i % 2 == 0 ? random.Next(800) : 10_000 + i), 0.48, 0.5);
    }

    [Fact]
    public void Bursts_of_recency_are_followed_as_lru_follows_them()
    {
        // Each key is asked for three times within less than a capacity, then never again. How well that goes hangs on
        // where the policy happens to settle, so several capacities and distances are looked at together.
        double lru = 0, adaptive = 0, furthest = 0;
        (int Capacity, int Distance)[] bursts = [(500, 100), (1_000, 100), (1_000, 150), (1_000, 200), (1_000, 220), (1_000, 250), (2_000, 400), (3_000, 500)];
        foreach ((int capacity, int distance) in bursts)
        {
            double one = Replay(EvictionPolicy.Lru, Burst, capacity), other = Replay(EvictionPolicy.Adaptive, Burst, capacity);
            lru += one / bursts.Length;
            adaptive += other / bursts.Length;
            furthest = Math.Max(furthest, one - other);

            int Burst(int i) => (i / 3) - (i % 3 * distance);
        }

        Assert.InRange(lru, 0.6, 0.7);
        Assert.InRange(adaptive, lru - 0.06, 0.7);
        Assert.InRange(furthest, 0, 0.1);
    }

    [Fact]
    public void A_working_set_that_changes_is_learned_anew()
    {
        var random = new Random(2);
        Assert.InRange(Replay(EvictionPolicy.Adaptive, i => (i / 50_000 * 100_000) + random.Next(900)), 0.9, 1);
    }

    private static double Replay(EvictionPolicy eviction, Func<int, int> request, int capacity = Capacity, bool inBytes = false)
    {
        const int Requests = 200_000;
        var cache = new BoundedCache<int, int>(inBytes
            ? new() { MaxBytes = capacity, Weigher = static (_, _) => 1, Eviction = eviction }
            : new() { MaxEntries = capacity, Eviction = eviction });
        int hits = 0;
        for (int i = 0; i < Requests; i++)
        {
            int key = request(i);
            if (cache.TryGet(key, out _))
                hits++;
            else
                cache.Set(key, key);
        }

        return (double)hits / Requests;
    }
}
