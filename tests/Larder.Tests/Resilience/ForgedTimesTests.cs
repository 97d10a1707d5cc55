using Larder.Serialization;
using Larder.Tests.Caching;

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

            await bed.Cache.ContainsAsync(key).Soon();
            await bed.Cache.GetTimeToLiveAsync(key).Soon();
            await bed.Cache.GetManyAsync<int>([key]).Soon();
            CacheResult<int> found = await bed.Cache.TryGetAsync<int>(key).Soon();
            Assert.True(!found.Found || found.Value == 5);
            await bed.Cache.RefreshAsync(key).Soon();
            await bed.Cache.SetTimeToLiveAsync(key, TimeSpan.FromSeconds(10)).Soon();
            Assert.Contains(await bed.Cache.GetOrSetAsync(key, _ => new ValueTask<int>(6)).Soon(), new[] { 5, 6 });
            await bed.Cache.SetAsync(key, 7).Soon();
            Assert.Equal(7, await bed.Cache.GetAsync<int>(key).Soon());
        }
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
