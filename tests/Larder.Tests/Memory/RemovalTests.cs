using System.Collections.Concurrent;

namespace Larder.Tests.Memory;

/// <summary>Who writes everything down, values and reasons, finds that it adds up.</summary>
public sealed class RemovalTests
{
    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public void Every_value_leaves_once_and_the_statistics_say_the_same(EvictionPolicy eviction)
    {
        var told = new ConcurrentQueue<(Value Value, RemovalCause Cause)>();
        var written = new ConcurrentQueue<Value>();
        var cache = new BoundedCache<int, Value>(new()
        {
            MaxEntries = 100,
            MaxBytes = 2_000,
            Weigher = (_, value) => value.Size,
            Eviction = eviction,
            OnRemoved = (key, value, cause) =>
            {
                Assert.Equal(key, value.Key);
                told.Enqueue((value, cause));
            },
        });
        long looked = 0, refused = 0;
        AtOnce.Run(4, seed =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 10_000; i++)
            {
                int key = random.Next(250);
                var value = new Value(key, random.Next(200) == 0 ? 2_001 : random.Next(40));
                TimeSpan ttl = TimeSpan.FromMilliseconds(random.Next(1, 100));
                switch (random.Next(10))
                {
                    case < 5:
                        written.Enqueue(value);
                        if (!cache.Set(key, value, ttl))
                            Interlocked.Increment(ref refused);
                        break;
                    case 5:
                        if (cache.TryAdd(key, value, ttl))
                            written.Enqueue(value);
                        break;
                    case 6:
                        Interlocked.Increment(ref looked);
                        if (cache.TryGet(key, out Value? current) && cache.TryUpdate(key, value, current, ttl))
                            written.Enqueue(value);
                        break;
                    case 7:
                        Interlocked.Increment(ref looked);
                        if (ReferenceEquals(cache.GetOrAdd(key, (_, mine) => mine, value), value))
                            written.Enqueue(value);
                        break;
                    case 8:
                        Interlocked.Increment(ref looked);
                        if (cache.TryGet(key, out Value? there))
                            cache.TryRemove(new(key, there));
                        break;
                    default:
                        if (random.Next(100) == 0)
                            cache.Clear();
                        else if (random.Next(20) == 0)
                            cache.ReclaimExpired();
                        else
                            cache.Remove(key);
                        break;
                }
            }
        });

        BoundedCacheStatistics statistics = cache.Statistics;
        Assert.Equal(looked, statistics.Hits + statistics.Misses);
        Assert.Equal(told.Count(t => t.Cause == RemovalCause.Evicted), statistics.Evictions);
        Assert.Equal(told.Count(t => t.Cause == RemovalCause.Expired), statistics.Expirations);
        Assert.Equal(0, statistics.CallbackFailures);
        Assert.InRange(refused, 1, statistics.Evictions);
        Assert.Equal(written.Count - told.Count, cache.Count);
        Assert.Equal(4, told.Select(t => t.Cause).Distinct().Count());

        cache.Clear();
        Assert.Equal(written.Count, told.Count);
        Assert.Equal(written.ToHashSet(ReferenceEqualityComparer.Instance), told.Select(t => t.Value).ToHashSet(ReferenceEqualityComparer.Instance));
        EngineInvariants.Check(EngineOf.Of(cache));
    }

    [Fact]
    public void A_value_that_is_refused_is_told_once_by_every_way_in()
    {
        var told = new List<(string, RemovalCause)>();
        var cache = new BoundedCache<string, string>(new() { MaxBytes = 3, Weigher = (_, value) => value.Length, OnRemoved = (_, value, cause) => told.Add((value, cause)) });

        Assert.False(cache.Set("k", "large1"));
        Assert.True(cache.TryAdd("k", "large2"));
        Assert.Equal("large3", cache.GetOrAdd("k", static _ => "large3"));
        Assert.Equal([("large1", RemovalCause.Evicted), ("large2", RemovalCause.Evicted), ("large3", RemovalCause.Evicted)], told);

        told.Clear();
        cache.Set("k", "old");
        Assert.True(cache.TryUpdate("k", "large4", "old"));
        Assert.Equal([("old", RemovalCause.Replaced), ("large4", RemovalCause.Evicted)], told);
        Assert.Equal((0, 0, 4), (cache.Count, cache.Bytes, cache.Statistics.Evictions));
    }

    private sealed record Value(int Key, int Size);
}
