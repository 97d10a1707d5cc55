using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Larder.Memory;
using Larder.Time;

namespace Larder.Tests.Memory;

/// <summary>What happens between two steps of one call: time passes, others write.</summary>
public sealed class ExpiryRaceTests
{
    private readonly HookedTimeProvider _time = new();

    [Fact]
    public void A_key_that_is_written_anew_before_it_expires_is_never_missed()
    {
        var cache = new BoundedCache<int, string>(new() { MaxEntries = 10, TimeProvider = _time });
        cache.Set(1, "first", TimeSpan.FromMilliseconds(10));

        // The reader has found the first entry; before it looks at the clock, the second is written and the first one's time passes.
        _time.Next = () =>
        {
            cache.Set(1, "second", TimeSpan.FromMilliseconds(100));
            _time.Now += 10;
        };

        Assert.True(cache.TryGet(1, out string? value));
        Assert.Equal("second", value);
        Assert.Equal((1, 0), (cache.Statistics.Hits, cache.Statistics.Misses));
    }

    [Fact]
    public void A_key_that_is_written_anew_before_it_expires_is_always_there()
    {
        var cache = new BoundedCache<int, string>(new() { MaxEntries = 10, TimeProvider = _time });
        cache.Set(1, "first", TimeSpan.FromMilliseconds(10));
        _time.Next = Anew;
        Assert.True(cache.Contains(1));

        cache.Set(1, "first", TimeSpan.FromMilliseconds(10));
        _time.Next = Anew;
        Assert.True(cache.GetTimeToLive(1).Found);

        void Anew()
        {
            cache.Set(1, "second", TimeSpan.FromMilliseconds(100));
            _time.Now += 10;
        }
    }

    [Fact]
    public void What_is_left_of_a_life_is_never_less_than_nothing()
    {
        var cache = new BoundedCache<int, string>(new() { MaxEntries = 10, TimeProvider = _time });
        for (int ttl = 1; ttl < 20; ttl++)
        {
            cache.Set(1, "v", TimeSpan.FromMilliseconds(ttl));
            _time.StepOfEachLook = 3;
            TimeToLive left = cache.GetTimeToLive(1);
            _time.StepOfEachLook = 0;
            if (left.Found)
                Assert.InRange(left.Remaining!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(ttl));
        }
    }

    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public void A_value_that_is_over_when_it_is_written_is_never_served_with_the_time_of_the_one_before(EvictionPolicy eviction)
    {
        // Its writer was held up for longer than it lives.
        // The key is so wide that value and expiry do not share a cache line: they arrive at a reader one after the other.
        var key = default((Wide, Wide));
        var cache = new BoundedCache<(Wide, Wide), string>(new() { MaxEntries = 10, Eviction = eviction });
        MemoryEngine<(Wide, Wide), (Wide, Wide), string> engine = EngineOf.Of(cache);
        bool running = true;
        int reads = 0, served = 0;
        Thread[] readers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (Volatile.Read(ref running))
            {
                if (cache.TryGet(key, out string? value) && value == "over")
                    Interlocked.Increment(ref served);
                Interlocked.Increment(ref reads);
            }
        }))];
        Array.ForEach(readers, reader => reader.Start());

        for (int i = 0; i < 300_000 || Volatile.Read(ref reads) < 10_000; i++)
        {
            engine.Set(key, "fresh", Clock.Never, 0);
            engine.Set(key, "over", 0, 0);
        }

        Volatile.Write(ref running, false);
        Array.ForEach(readers, reader => reader.Join());
        Assert.Equal(0, served);
    }

    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public void An_expired_entry_leaves_as_expired_whoever_takes_it(EvictionPolicy eviction)
    {
        foreach (string how in new[] { "get", "set", "add", "get or add", "remove", "remove if", "reclaim", "clear", "evict", "bounds" })
        {
            var told = new List<(int, RemovalCause)>();
            var cache = new BoundedCache<int, string>(new() { MaxEntries = 1, Eviction = eviction, TimeProvider = _time, OnRemoved = (key, _, cause) => told.Add((key, cause)) });
            cache.Set(1, "v", TimeSpan.FromMilliseconds(10));
            _time.Now += 10;

            switch (how)
            {
                case "get":
                    Assert.False(cache.TryGet(1, out _));
                    break;
                case "set":
                    cache.Set(1, "w");
                    break;
                case "add":
                    Assert.True(cache.TryAdd(1, "w"));
                    break;
                case "get or add":
                    Assert.Equal("w", cache.GetOrAdd(1, static _ => "w"));
                    break;
                case "remove":
                    Assert.False(cache.Remove(1));
                    break;
                case "remove if":
                    Assert.False(cache.TryRemove(new(1, "v")), "An entry that no look-up finds was removed as if it were there.");
                    break;
                case "reclaim":
                    Assert.Equal(1, cache.ReclaimExpired());
                    break;
                case "clear":
                    cache.Clear();
                    break;
                default:
                    cache.Set(2, "w");
                    break;
            }

            Assert.Equal([(1, RemovalCause.Expired)], told);
            Assert.Equal((1, 0), (cache.Statistics.Expirations, cache.Statistics.Evictions));
        }
    }

    [Fact]
    public void A_time_to_live_of_any_length_is_taken_at_its_word()
    {
        var cache = new BoundedCache<int, string>(new() { MaxEntries = 10, TimeProvider = _time });
        _time.Now = 1_000;
        Assert.All([TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.FromDays(-1), TimeSpan.MinValue], bad =>
        {
            Assert.Throws<ArgumentOutOfRangeException>("ttl", () => cache.Set(1, "v", bad));
            Assert.Throws<ArgumentOutOfRangeException>("ttl", () => cache.TryAdd(1, "v", bad));
            Assert.Throws<ArgumentOutOfRangeException>("ttl", () => cache.TryUpdate(1, "v", "v", bad));
            Assert.Throws<ArgumentOutOfRangeException>("ttl", () => cache.SetTimeToLive(1, bad));
            Assert.Throws<ArgumentException>(() => new BoundedCache<int, string>(10, bad));
        });

        cache.Set(1, "longest", TimeSpan.MaxValue);
        cache.Set(2, "nearly", TimeSpan.MaxValue - TimeSpan.FromTicks(1));
        cache.Set(3, "centuries", TimeSpan.FromDays(1_000_000));
        cache.Set(4, "shortest", TimeSpan.FromTicks(1));
        Assert.All([1, 2, 3, 4], key => Assert.True(cache.TryGet(key, out _)));
        Assert.True(cache.GetTimeToLive(1).NeverExpires);
        Assert.True(cache.GetTimeToLive(2).NeverExpires, "What no span can say from now is for ever.");

        _time.Now += 1;
        Assert.False(cache.TryGet(4, out _));
        _time.Now += (long)TimeSpan.FromDays(1_000_000).TotalMilliseconds - 2;
        Assert.True(cache.TryGet(3, out _));
        _time.Now += 1;
        Assert.False(cache.TryGet(3, out _));
        Assert.Equal(0, cache.ReclaimExpired());
        Assert.True(cache.TryGet(1, out _));
        EngineInvariants.Check(EngineOf.Of(cache));
    }

    [Fact]
    public void A_clock_that_goes_back_makes_entries_live_longer_and_breaks_nothing()
    {
        var cache = new BoundedCache<int, string>(new() { MaxEntries = 100, TimeProvider = _time, DefaultTtl = TimeSpan.FromMilliseconds(50) });
        _time.Now = 1_000;
        cache.Set(1, "v");
        _time.Now = -5_000;
        cache.Set(2, "v");
        Assert.True(cache.TryGet(1, out _));
        Assert.True(cache.TryGet(2, out _));

        _time.Now = -4_950;
        Assert.False(cache.TryGet(2, out _));
        cache.Set(3, "v", TimeSpan.FromMilliseconds(4_950));
        for (int key = 10; key < 50; key++)
            cache.Set(key, "v");
        _time.Now = 1_049;
        Assert.True(cache.TryGet(1, out _));
        Assert.Equal(41, cache.ReclaimExpired());
        _time.Now = 1_050;
        Assert.Equal(1, cache.ReclaimExpired());
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void A_clock_that_throws_reaches_the_caller_and_breaks_nothing()
    {
        var told = new ConcurrentQueue<int>();
        var cache = new BoundedCache<int, int>(new() { MaxEntries = 20, TimeProvider = _time, DefaultTtl = TimeSpan.FromMilliseconds(50), OnRemoved = (_, value, _) => told.Enqueue(value) });
        MemoryEngine<int, int, int> engine = EngineOf.Of(cache);
        var random = new Random(1);
        for (int i = 0; i < 5_000; i++)
        {
            int left = random.Next(4);
            _time.EachLook = () =>
            {
                if (left-- == 0)
                    throw new FormatException("mine");
            };
            int key = random.Next(40);
            Exception? thrown = Record.Exception(() => _ = random.Next(5) switch
            {
                0 => cache.Set(key, i),
                1 => cache.TryAdd(key, i),
                2 => cache.Remove(key),
                3 => cache.TryGet(key, out _),
                _ => cache.ReclaimExpired() >= 0,
            });
            Assert.True(thrown is null or FormatException, $"{thrown}");
            _time.EachLook = null;
            _time.Now += random.Next(4);
            EngineInvariants.Check(engine);
        }

        Assert.Equal(told.Distinct().Count(), told.Count);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Wide(long A, long B, long C, long D, long E, long F, long G, long H);

    /// <summary>Counts in milliseconds, and runs what a test wants when it is looked at.</summary>
    private sealed class HookedTimeProvider : TimeProvider
    {
        public long Now { get; set; }

        public long StepOfEachLook { get; set; }

        public Action? Next { get; set; }

        public Action? EachLook { get; set; }

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp()
        {
            Action? next = Next;
            Next = null;
            next?.Invoke();
            EachLook?.Invoke();
            return Now += StepOfEachLook;
        }
    }
}
