using Larder.Persistence;
using Larder.Serialization;
using Larder.Tests.Caching;
using Larder.Tests.Persistence;

namespace Larder.Tests.Resilience;

/// <summary>G9: an intact entry whose times make no sense, as somebody with access to the store can write it.</summary>
public sealed class ForgedTimesTests
{
    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task No_call_throws_for_it_and_the_key_can_be_used_again(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        var codec = new PayloadCodec(CacheSerializers.Json(), compression: null, encryption: null, maxPayloadBytes: 1024);
        await bed.Cache.SetAsync("seed", 1).Soon();
        string prefix = (await bed.StoredKeysAsync()).Single(key => key.EndsWith("seed", StringComparison.Ordinal))[..^"seed".Length];
        var random = new Random(1);
        for (int i = 0; i < 400; i++)
        {
            string key = $"k{i}";
            byte[] forged = codec.Encode(prefix + key, Forged(random, bed.Time.GetUtcNow().ToUnixTimeMilliseconds()), 5);
            await bed.Store.SetAsync(prefix + key, forged, null, CancellationToken.None);

            await UseAsync(bed.Cache, key);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public async Task A_file_of_them_is_loaded_and_saved_again(double eagerRefresh)
    {
        using var folder = new Folder();
        var time = new ManualTimeProvider();
        var codec = new PayloadCodec(CacheSerializers.Json(), compression: null, encryption: null, maxPayloadBytes: 1024);
        var random = new Random(2);
        using (SnapshotFile file = folder.Open(time))
            file.Save(Enumerable.Range(0, 400).Select(i => new SnapshotRecord($"default:0:~:~:k{i}", codec.Encode($"k{i}", Forged(random, time.GetUtcNow().ToUnixTimeMilliseconds()), 5))));

        for (int run = 0; run < 2; run++)
        {
            await using Cache cache = Cache.Create(o =>
            {
                o.PersistTo(folder.Snapshot);
                (o.TimeProvider, o.EagerRefresh) = (time, eagerRefresh);
            });
            Assert.True(cache.Statistics.Entries > 50);
            if (run == 1)
                Assert.Equal(7, cache.Get<int>("k0"));
            for (int i = 0; i < 300; i++)
                await UseAsync(cache, $"k{i}");
            time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    private static async Task UseAsync(Cache cache, string key)
    {
        await cache.ContainsAsync(key).Soon();
        await cache.GetTimeToLiveAsync(key).Soon();
        await cache.GetManyAsync<int>([key]).Soon();
        CacheResult<int> found = await cache.TryGetAsync<int>(key).Soon();
        Assert.True(!found.Found || found.Value is 5 or 7);
        await cache.RefreshAsync(key).Soon();
        await cache.SetTimeToLiveAsync(key, TimeSpan.FromSeconds(10)).Soon();
        Assert.InRange(await cache.GetOrSetAsync(key, _ => new ValueTask<int>(6)).Soon(), 5, 7);
        await cache.SetAsync(key, 7).Soon();
        Assert.Equal(7, await cache.GetAsync<int>(key).Soon());
    }

    private static EnvelopeHeader Forged(Random random, long now)
    {
        long[] wild = [long.MinValue, long.MinValue + 1, -now, -1, 0, 1, now - 1, now + 1000, now + 86_400_000, long.MaxValue / TimeSpan.TicksPerMillisecond, long.MaxValue - now, long.MaxValue - 1, long.MaxValue];
        long Pick() => wild[random.Next(wild.Length)];
        return new EnvelopeHeader
        {
            Created = Pick(),
            FreshUntil = Pick(),
            StaleUntil = Pick(),
            Sliding = random.Next(3) == 0 ? Math.Max(0, Pick()) : 0,
            SlidingLimit = Pick(),
            Epoch = long.MaxValue,
        };
    }
}
