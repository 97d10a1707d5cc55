namespace Larder.Tests.Memory;

/// <summary>Once a cache is full nothing in it grows, whatever keys come: queues, ghost, free list, regions.</summary>
public sealed class GrowthTests
{
    private const int MaxEntries = 500;

    public static TheoryData<EvictionPolicy, string> Streams
    {
        get
        {
            var data = new TheoryData<EvictionPolicy, string>();
            foreach (string stream in new[] { "new keys", "loop", "zigzag", "one key", "ghosts", "removals", "expiry", "colliding hashes" })
            {
                data.Add(EvictionPolicy.Adaptive, stream);
                data.Add(EvictionPolicy.Lru, stream);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_full_cache_allocates_nothing_more_for_any_stream(EvictionPolicy eviction, string stream)
    {
        var time = new ManualTimeProvider();
        var cache = new BoundedCache<long, long>(new() { MaxEntries = MaxEntries, Eviction = eviction, TimeProvider = time });
        var random = new Random(11);
        long byTheClock = 0;

        // Fills the cache, and makes what is made when the first entry has to go.
        for (int i = 0; i < 20 * MaxEntries; i++)
            Step(i);
        long before = GC.GetAllocatedBytesForCurrentThread() - byTheClock;
        for (int i = 20 * MaxEntries; i < 120 * MaxEntries; i++)
            Step(i);

        // Not an object for each of the 50,000 steps, and no array that has doubled: unoptimized code may box now and then.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - byTheClock - before, 0, 4_000);
        Assert.InRange(cache.Count, 1, MaxEntries);

        void Step(int i)
        {
            long key = stream switch
            {
                "new keys" or "removals" or "expiry" => i,
                "loop" => i % (MaxEntries + 1),
                "zigzag" => Math.Abs((i % (4 * MaxEntries)) - (2 * MaxEntries)),
                "one key" => 1,
                "ghosts" => i % 2 == 0 ? i : i - MaxEntries - random.Next(MaxEntries),
                // Equal hash codes, all of them: a long's is its halves xored.
                _ => ((long)i << 32) | (uint)i,
            };
            if (!cache.TryGet(key, out _))
                cache.Set(key, i, TimeSpan.FromMilliseconds(stream == "expiry" ? random.Next(1, 50) : 1_000_000));
            if (stream == "removals")
                cache.Remove(i - random.Next(MaxEntries));
            if (stream != "expiry")
                return;
            long moving = GC.GetAllocatedBytesForCurrentThread();
            time.Advance(TimeSpan.FromMilliseconds(1));
            byTheClock += GC.GetAllocatedBytesForCurrentThread() - moving;
        }
    }
}
