using System.Collections.Concurrent;
using System.Diagnostics;
using Larder.Time;

namespace Larder.Tests.Memory;

/// <summary>No reader gets an entry that was over when it began to read, whatever others write meanwhile.</summary>
public sealed class ExpiryUnderLoadTests
{
    private const int Keys = 16;

    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public void No_entry_is_served_after_its_time(EvictionPolicy eviction)
    {
        var time = new ManualTimeProvider();
        long Now() => time.GetTimestamp() / TimeSpan.TicksPerMillisecond;
        var cache = new BoundedCache<int, Until>(new() { MaxEntries = 64, Eviction = eviction, TimeProvider = time });
        var late = new ConcurrentQueue<string>();
        bool running = true;
        int reads = 0;
        Thread[] readers = [.. Enumerable.Range(0, 2).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            while (Volatile.Read(ref running))
            {
                long began = Now();
                if (cache.TryGet(random.Next(Keys), out Until? value) && value.Expires <= began)
                    late.Enqueue($"over at {value.Expires}, asked for at {began}");
                Interlocked.Increment(ref reads);
            }
        }))];
        Array.ForEach(readers, r => r.Start());

        // Values with short and long lives in turn, so that pairing one's value with the other's expiry shows.
        var writes = new Random(7);
        for (int i = 0; i < 60_000 || Volatile.Read(ref reads) < 1_000; i++)
        {
            int ttl = i % 2 == 0 ? writes.Next(1, 4) : writes.Next(500, 5_000);
            cache.Set(writes.Next(Keys), new Until(Now() + ttl), TimeSpan.FromMilliseconds(ttl));
            if (i % 3 == 0)
                time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Volatile.Write(ref running, false);
        Array.ForEach(readers, r => r.Join());
        Assert.Empty(late);
    }

    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    [Trait("Category", "Long")]
    [Trait("Long", "engine")]
    public void By_the_systems_clock_no_entry_is_served_more_than_a_step_after_its_time(EvictionPolicy eviction)
    {
        // Long enough that the ticker's thread is scheduled late now and then: such looks say nothing of the cache and
        // are told by the coarse time itself, which is looked at before and after.
        var clock = new Clock(TimeProvider.System);
        var cache = new BoundedCache<int, Until>(new() { MaxEntries = 64, Eviction = eviction });
        var late = new List<string>();
        int served = 0;
        var random = new Random(3);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(1);)
        {
            int key = random.Next(Keys);
            long began = clock.Exact;
            long lag = began - clock.Now;
            if (cache.TryGet(key, out Until? value))
            {
                served++;
                if (began - value.Expires > Math.Max(Clock.StepMilliseconds, lag) + 1)
                    late.Add($"over at {value.Expires}, asked for at {began}, the coarse clock {lag} ms behind");
            }
            else
            {
                // The cache looks at the clock somewhere in Set: afterwards is the latest that its reckoning can begin.
                int ttl = random.Next(1, 60);
                var until = new Until(Clock.Never);
                cache.Set(key, until, TimeSpan.FromMilliseconds(ttl));
                until.Expires = clock.Exact + ttl;
            }
        }

        Assert.Empty(late);
        Assert.InRange(served, 1_000, int.MaxValue);
    }

    private sealed class Until(long expires)
    {
        public long Expires { get; set; } = expires;
    }
}
