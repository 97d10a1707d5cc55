using Larder.Tests.Caching;
using Microsoft.Extensions.Caching.Hybrid;
using static Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags;

namespace Larder.Tests.Hybrid;

/// <summary>Each flag turns off one way of reading or writing, and nothing else.</summary>
public sealed class HybridFlagTests
{
    private static HybridCacheEntryOptions With(HybridCacheEntryFlags flags) => new() { Flags = flags };

    [Theory]
    [InlineData(DisableLocalCacheRead, null, "new")]
    [InlineData(DisableLocalCacheRead, "stored", "stored")]
    [InlineData(DisableLocalCacheRead | DisableDistributedCacheRead, "stored", "new")]
    [InlineData(DisableDistributedCacheRead, "stored", "memory")]
    [InlineData(DisableLocalCache, "stored", "stored")]
    [InlineData(DisableDistributedCache, "stored", "memory")]
    [InlineData(None, "stored", "memory")]
    public async Task What_is_read(HybridCacheEntryFlags flags, string? stored, string expected)
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        await bed.Cache.SetAsync("key", "memory", With(DisableDistributedCacheWrite));
        if (stored is not null)
            await bed.Another().SetAsync("key", stored);

        Assert.Equal(expected, await bed.Ask("key", "new", With(flags)));
    }

    [Theory]
    [InlineData(None, true, true)]
    [InlineData(DisableLocalCacheWrite, false, true)]
    [InlineData(DisableDistributedCacheWrite, true, false)]
    [InlineData(DisableLocalCacheWrite | DisableDistributedCacheWrite, false, false)]
    [InlineData(DisableLocalCache, false, true)]
    [InlineData(DisableDistributedCache, true, false)]
    public async Task What_is_written(HybridCacheEntryFlags flags, bool inMemory, bool inStore)
    {
        await using var bed = new HybridBed(StoreKind.Plain);

        await bed.Ask("computed", "x", With(flags));
        await bed.Cache.SetAsync("set", "x", With(flags));

        HybridCache other = bed.Another();
        foreach (string key in new[] { "computed", "set" })
        {
            Assert.Equal(inMemory ? "x" : null, await HybridBed.Peek<string?>(bed.Cache, key, DisableDistributedCache));
            Assert.Equal(inStore ? "x" : null, await HybridBed.Peek<string?>(other, key));
        }
    }

    [Fact]
    public async Task What_comes_from_the_store_comes_into_memory_unless_the_flag_says_no()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        await bed.Another().SetAsync("key", "x");

        Assert.Equal("x", await bed.Ask("key", "y", With(DisableLocalCacheWrite)));
        Assert.Null(await HybridBed.Peek<string?>(bed.Cache, "key", DisableDistributedCache));
        Assert.Equal("x", await bed.Ask("key", "y"));
        Assert.Equal("x", await HybridBed.Peek<string?>(bed.Cache, "key", DisableDistributedCache));
    }

    [Fact]
    public async Task Without_underlying_data_a_miss_is_the_default_and_is_not_cached()
    {
        await using var bed = new HybridBed(StoreKind.Plain);

        Assert.Equal(0, await bed.Ask("key", 1, With(DisableUnderlyingData)));
        Assert.Equal(0, bed.Runs);
        Assert.Equal(1, await bed.Ask("key", 1));
        Assert.Equal(1, await bed.Ask("key", 2, With(DisableUnderlyingData)));
        Assert.Equal(1, await bed.Ask("key", 2, With(DisableUnderlyingData), cache: bed.Another()));
    }

    [Fact]
    public async Task The_flags_of_a_call_take_the_place_of_the_default_ones()
    {
        await using var bed = new HybridBed(options: new LarderHybridCacheOptions { DefaultEntryOptions = With(DisableLocalCache) });

        await bed.Ask("key", 1);
        Assert.Equal(2, await bed.Ask("key", 2));
        Assert.Equal(3, await bed.Ask("key", 3, With(None)));
        Assert.Equal(3, await bed.Ask("key", 4, With(None)));
        // Options without flags leave the default ones as they are.
        Assert.Equal(5, await bed.Ask("key", 5, new HybridCacheEntryOptions { Expiration = TimeSpan.FromHours(1) }));
    }

    [Theory]
    [InlineData(None, false, true)]
    [InlineData(DisableCompression, false, false)]
    [InlineData(None, true, false)]
    public async Task What_is_stored_is_compressed_unless_the_flag_or_the_option_says_no(HybridCacheEntryFlags flags, bool disabled, bool compressed)
    {
        await using var bed = new HybridBed(StoreKind.Plain, new LarderHybridCacheOptions { DisableCompression = disabled }, o => o.Compression = new CompressionOptions { ThresholdBytes = 100 });
        string text = new('x', 10_000);

        await bed.Ask("key", text, With(flags));

        Assert.Equal(compressed, await bed.StoredBytesAsync("key") < 1_000);
        Assert.Equal(text, await bed.Ask("key", "", cache: bed.Another()));
    }
}
