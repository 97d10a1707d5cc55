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

    [Fact]
    public void A_scan_does_not_wash_out_the_working_set()
    {
        var random = new Random(1);
        Assert.InRange(Replay(EvictionPolicy.Adaptive, i => i % 2 == 0 ? random.Next(800) : 10_000 + i), 0.48, 0.5);
    }

    [Fact]
    public void Bursts_of_recency_are_followed_as_lru_follows_them()
    {
        // Each key is asked for three times within less than a capacity, then never again.
        Func<int, int> bursts = i => (i / 3) - (i % 3 * 200);
        double lru = Replay(EvictionPolicy.Lru, bursts);
        Assert.InRange(lru, 0.6, 0.7);
        Assert.InRange(Replay(EvictionPolicy.Adaptive, bursts), lru - 0.05, 0.7);
    }

    [Fact]
    public void A_working_set_that_changes_is_learned_anew()
    {
        var random = new Random(2);
        Assert.InRange(Replay(EvictionPolicy.Adaptive, i => (i / 50_000 * 100_000) + random.Next(900)), 0.9, 1);
    }

    private static double Replay(EvictionPolicy eviction, Func<int, int> request)
    {
        const int Requests = 200_000;
        var cache = new BoundedCache<int, int>(new() { MaxEntries = Capacity, Eviction = eviction });
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
