using Larder.Memory;
using Larder.Time;

namespace Larder.Tests.Memory;

/// <summary>Random operations of every kind, with the engine's invariants looked at in between and after a storm.</summary>
public sealed class EngineInvariantsTests
{
    public static TheoryData<EvictionPolicy, bool> Kinds => new() { { EvictionPolicy.Adaptive, false }, { EvictionPolicy.Adaptive, true }, { EvictionPolicy.Lru, false }, { EvictionPolicy.Lru, true } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Hold_after_each_of_many_operations(EvictionPolicy eviction, bool inBytes)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var time = new ManualTimeProvider();
            var cache = new BoundedCache<string, string>(new()
            {
                MaxEntries = 1 + random.Next(200),
                MaxBytes = inBytes ? 500 : null,
                Weigher = inBytes ? static (_, value) => value.Length : null,
                Eviction = eviction,
                TimeProvider = time,
                OnRemoved = seed % 2 == 0 ? static (key, _, _) => Assert.NotNull(key) : null,
            });
            MemoryEngine<string, string, string> engine = EngineOf.Of(cache);
            for (int step = 0; step < 1_500; step++)
            {
                if (random.Next(300) == 0)
                    engine.SetBounds(1 + random.Next(200), inBytes ? 1 + random.Next(500) : null);
                Operate(cache, random, 300);
                if (random.Next(3) == 0)
                    time.Advance(TimeSpan.FromMilliseconds(random.Next(10)));
                if (step % 10 == 0)
                    EngineInvariants.Check(engine);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Hold_after_a_storm(EvictionPolicy eviction, bool inBytes)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            int storm = seed;
            var cache = new BoundedCache<string, string>(new()
            {
                MaxEntries = 100,
                MaxBytes = inBytes ? 500 : null,
                Weigher = inBytes ? static (_, value) => value.Length : null,
                Eviction = eviction,
            });
            MemoryEngine<string, string, string> engine = EngineOf.Of(cache);
            AtOnce.Run(4, thread =>
            {
                var random = new Random((storm * 4) + thread);
                for (int step = 0; step < 5_000; step++)
                {
                    Operate(cache, random, 150);
                    if (step % 500 == 0)
                        engine.SetBounds(50 + random.Next(100), inBytes ? 250 + random.Next(500) : null);
                }
            });

            EngineInvariants.Check(engine);
        }
    }

    private static void Operate(BoundedCache<string, string> cache, Random random, int keys)
    {
        string key = $"{random.Next(keys)}";
        string value = new('v', random.Next(20) == 0 ? random.Next(700) : random.Next(12));
        TimeSpan ttl = random.Next(4) == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(random.Next(1, 200));
        switch (random.Next(16))
        {
            case < 6:
                cache.Set(key, value, ttl);
                break;
            case 6:
                cache.TryAdd(key, value, ttl);
                break;
            case 7:
                if (cache.TryGet(key, out string? current))
                    cache.TryUpdate(key, value, current, ttl);
                break;
            case 8:
                cache.Remove(key);
                break;
            case 9:
                if (cache.TryGet(key, out string? there))
                    cache.TryRemove(new(key, there));
                break;
            case 10:
                cache.SetTimeToLive(key, ttl);
                break;
            case 11 when random.Next(20) == 0:
                cache.ReclaimExpired();
                break;
            case 12 when random.Next(50) == 0:
                cache.Clear();
                break;
            default:
                cache.TryGet(key, out _);
                break;
        }
    }
}
