using Larder.Tests.Caching;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Tests.Hybrid;

/// <summary>How long an entry lives, in the store and in memory.</summary>
public sealed class HybridExpirationTests
{
    [Fact]
    public async Task An_entry_lives_for_its_expiration()
    {
        await using var bed = new HybridBed();
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(2) };
        await bed.Ask("key", 1, options);

        bed.Bed.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(1, await bed.Ask("key", 2, options));
        bed.Bed.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(3, await bed.Ask("key", 3, options));
    }

    [Fact]
    public async Task When_memory_forgets_it_earlier_the_store_is_asked_and_its_time_counts()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(2), LocalCacheExpiration = TimeSpan.FromMinutes(1) };
        await bed.Ask("key", 1, options);
        bed.Bed.Store.ForgetCalls();

        bed.Bed.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal(1, await bed.Ask("key", 2, options));
        Assert.Equal(0, bed.Bed.Store.Count(Larder.Conformance.Faults.StoreCalls.Get));

        bed.Bed.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal(1, await bed.Ask("key", 2, options));
        Assert.Equal(1, bed.Bed.Store.Count(Larder.Conformance.Faults.StoreCalls.Get));

        // 30 seconds of the store's time were left, not another minute.
        bed.Bed.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(3, await bed.Ask("key", 3, options));
    }

    [Fact]
    public async Task A_factory_that_fails_while_the_store_has_gone_finds_nothing_stale_without_grace()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(10), LocalCacheExpiration = TimeSpan.FromMinutes(1) };
        await bed.Ask("key", 1, options);
        bed.Bed.Store.Throw();
        bed.Bed.Advance(TimeSpan.FromMinutes(2));

        await Assert.ThrowsAsync<FormatException>(async () => await bed.Cache.GetOrCreateAsync<int>("key", static _ => throw new FormatException(), options));
    }

    // Default expiration and local expiration, then the call's, then what holds in the store and in memory; minutes.
    [Theory]
    [InlineData(null, null, null, null, 1, 1)]
    [InlineData(null, null, 42, null, 42, 42)]
    [InlineData(null, null, 43, 42, 43, 42)]
    [InlineData(null, null, 42, 43, 42, 42)]
    [InlineData(42, null, null, null, 42, 42)]
    [InlineData(43, 42, null, null, 43, 42)]
    [InlineData(43, 42, 44, null, 44, 44)]
    [InlineData(43, 42, 45, 44, 45, 44)]
    [InlineData(43, 42, null, 40, 43, 40)]
    public async Task Expirations_of_the_call_and_the_defaults_are_combined(int? defaultTotal, int? defaultLocal, int? total, int? local, int inStore, int inMemory)
    {
        await using var bed = new HybridBed(StoreKind.Plain, new LarderHybridCacheOptions { DefaultEntryOptions = Options(defaultTotal, defaultLocal) });
        Cache entries = bed.Bed.Cache.Collection("hybrid");

        await bed.Ask("key", 1, total is null && local is null ? null : Options(total, local));

        Assert.Equal(TimeSpan.FromMinutes(inMemory), entries.GetTimeToLive("key").Remaining);
        Assert.Equal(TimeSpan.FromMinutes(inStore), bed.Bed.Another().Collection("hybrid").GetTimeToLive("key").Remaining);

        static HybridCacheEntryOptions Options(int? total, int? local) => new()
        {
            Expiration = total is { } t ? TimeSpan.FromMinutes(t) : null,
            LocalCacheExpiration = local is { } l ? TimeSpan.FromMinutes(l) : null,
        };
    }

    [Fact]
    public async Task Without_a_store_the_local_expiration_alone_counts()
    {
        await using var bed = new HybridBed();
        await bed.Ask("longer", 1, new HybridCacheEntryOptions { LocalCacheExpiration = TimeSpan.FromMinutes(45) });
        await bed.Ask("shorter", 1, new HybridCacheEntryOptions { LocalCacheExpiration = TimeSpan.FromSeconds(5) });

        Assert.Equal(TimeSpan.FromMinutes(45), bed.Bed.Cache.Collection("hybrid").GetTimeToLive("longer").Remaining);
        Assert.Equal(TimeSpan.FromSeconds(5), bed.Bed.Cache.Collection("hybrid").GetTimeToLive("shorter").Remaining);
    }

    [Fact]
    public async Task What_is_set_lives_as_long_as_what_is_computed()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        await bed.Cache.SetAsync("key", 1, new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(9), LocalCacheExpiration = TimeSpan.FromMinutes(3) });

        Assert.Equal(TimeSpan.FromMinutes(3), bed.Bed.Cache.Collection("hybrid").GetTimeToLive("key").Remaining);
        Assert.Equal(TimeSpan.FromMinutes(9), bed.Bed.Another().Collection("hybrid").GetTimeToLive("key").Remaining);
    }

    [Fact]
    public async Task An_expiration_of_zero_is_refused()
    {
        await using var bed = new HybridBed();

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await bed.Ask("key", 1, new HybridCacheEntryOptions { Expiration = TimeSpan.Zero }));
    }
}
