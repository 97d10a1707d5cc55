using Larder.Time;

namespace Larder.Tests.Memory;

public sealed class ExpiryTests
{
    private readonly ManualTimeProvider _time = new();

    private BoundedCache<int, string> NewCache(List<(int, RemovalCause)>? removed = null, EvictionPolicy eviction = EvictionPolicy.Adaptive) => new(new()
    {
        MaxEntries = 10_000,
        TimeProvider = _time,
        Eviction = eviction,
        DefaultTtl = TimeSpan.FromSeconds(10),
        OnRemoved = removed is null ? null : (key, _, cause) => removed.Add((key, cause)),
    });

    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public void An_entry_lives_for_its_ttl_and_not_longer(EvictionPolicy eviction)
    {
        var removed = new List<(int, RemovalCause)>();
        BoundedCache<int, string> cache = NewCache(removed, eviction);
        cache.Set(1, "default");
        cache.Set(2, "longer", TimeSpan.FromSeconds(20));
        cache.Set(3, "forever", Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.True(cache.TryGet(1, out _));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(cache.TryGet(1, out _));
        Assert.False(cache.Contains(1));
        Assert.True(cache.TryGet(2, out _));
        _time.Advance(TimeSpan.FromDays(10_000));
        Assert.False(cache.TryGet(2, out _));
        Assert.True(cache.TryGet(3, out _));

        Assert.Equal([(1, RemovalCause.Expired), (2, RemovalCause.Expired)], removed);
        Assert.Equal(2, cache.Statistics.Expirations);
    }

    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public void By_the_systems_clock_no_entry_is_served_once_the_coarse_time_is_past(EvictionPolicy eviction)
    {
        var clock = new Clock(TimeProvider.System);
        var cache = new BoundedCache<int, string>(new() { MaxEntries = 10, Eviction = eviction });
        for (int round = 0; round < 10; round++)
        {
            long expires = clock.Now + 30;
            EngineOf.Of(cache).Set(1, "v", expires, 0);
            while (true)
            {
                long before = clock.Now;
                if (!cache.TryGet(1, out _))
                    break;
                Assert.InRange(before, 0, expires - 1);
            }

            Assert.InRange(clock.Now, expires, Clock.Never);
        }
    }

    [Fact]
    public void Time_to_live_is_told_and_changed()
    {
        BoundedCache<int, string> cache = NewCache();
        cache.Set(1, "a");
        _time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(TimeSpan.FromSeconds(6), cache.GetTimeToLive(1).Remaining);
        Assert.True(cache.SetTimeToLive(1, TimeSpan.FromSeconds(60)));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(cache.Contains(1));
        Assert.True(cache.SetTimeToLive(1, Timeout.InfiniteTimeSpan));
        Assert.True(cache.GetTimeToLive(1).NeverExpires);
        Assert.False(cache.GetTimeToLive(2).Found);
        Assert.False(cache.SetTimeToLive(2, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Reclaiming_takes_exactly_the_expired_entries()
    {
        var random = new Random(5);
        var removed = new List<(int, RemovalCause)>();
        BoundedCache<int, string> cache = NewCache(removed);
        var ttls = new Dictionary<int, int>();
        for (int key = 0; key < 5_000; key++)
        {
            ttls[key] = random.Next(1, 100_000);
            cache.Set(key, "v", TimeSpan.FromMilliseconds(ttls[key]));
            if (random.Next(4) == 0)
            {
                ttls[key] = random.Next(1, 100_000);
                cache.SetTimeToLive(key, TimeSpan.FromMilliseconds(ttls[key]));
            }
        }

        Assert.Empty(removed);
        long now = 0;
        while (now < 100_000)
        {
            int step = random.Next(1, 10_000);
            _time.Advance(TimeSpan.FromMilliseconds(step));
            int[] due = [.. ttls.Where(t => t.Value > now && t.Value <= now + step).Select(t => t.Key).Order()];
            now += step;
            removed.Clear();

            Assert.Equal(due.Length, cache.ReclaimExpired());
            Assert.Equal(due.Select(key => (key, RemovalCause.Expired)), removed.Order());
        }

        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Writes_alone_reclaim_what_expired()
    {
        BoundedCache<int, string> cache = NewCache();
        for (int key = 0; key < 5_000; key++)
            cache.Set(key, "v");
        _time.Advance(TimeSpan.FromSeconds(10));

        // 5,000 entries lie in fewer than 90 regions; each write looks at one.
        for (int i = 0; i < 150; i++)
            cache.Set(-1, "other");

        Assert.Equal(1, cache.Count);
        Assert.Equal(5_000, cache.Statistics.Expirations);
    }

    [Fact]
    public void An_expired_entry_counts_as_absent_for_every_operation()
    {
        var removed = new List<(int, RemovalCause)>();
        BoundedCache<int, string> cache = NewCache(removed);
        for (int key = 0; key < 4; key++)
            cache.Set(key, "old");
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.True(cache.TryAdd(0, "new"));
        Assert.False(cache.TryUpdate(1, "new", "old"));
        Assert.False(cache.Remove(2));
        Assert.Equal("made", cache.GetOrAdd(3, _ => "made"));
        Assert.Equal([0, 3], cache.Select(e => e.Key).Order());
        Assert.All(removed, r => Assert.Equal(RemovalCause.Expired, r.Item2));
    }
}
