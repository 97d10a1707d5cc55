namespace Larder.Tests.Caching;

/// <summary>A cache that nobody has told anything.</summary>
public sealed class CacheDefaultsTests
{
    [Fact]
    public async Task It_is_called_default_keeps_values_five_minutes_and_serves_nothing_stale()
    {
        await using var cache = Cache.Create();
        cache.Set("k", 1);

        Assert.Equal("default", cache.Name);
        Assert.InRange(cache.GetTimeToLive("k").Remaining!.Value, TimeSpan.FromMinutes(4.9), TimeSpan.FromMinutes(5));
        Assert.Equal(100_000, new CacheOptions().MaxEntries);
        Assert.Equal(TimeSpan.Zero, new CacheOptions().Grace);
    }

    [Fact]
    public async Task Options_changed_after_it_was_made_change_nothing()
    {
        var options = new CacheOptions { DefaultTtl = TimeSpan.FromMinutes(1), TimeProvider = new ManualTimeProvider() };
        await using var cache = Cache.Create(options);
        options.DefaultTtl = TimeSpan.FromDays(1);
        options.Name = "changed";
        cache.Set("k", 1);

        Assert.Equal(TimeSpan.FromMinutes(1), cache.GetTimeToLive("k").Remaining);
        Assert.Equal("default", cache.Name);
    }

    [Fact]
    public async Task What_an_entry_asks_for_goes_before_what_the_cache_does_and_a_ttl_argument_before_both()
    {
        await using var bed = new Testbed();
        EntryOptions options = new() { Ttl = TimeSpan.FromSeconds(5) };
        bed.Cache.Set("default", 1);
        bed.Cache.Set("options", 1, options: options);
        bed.Cache.Set("argument", 1, TimeSpan.FromSeconds(3), options);

        Assert.Equal(TimeSpan.FromMinutes(1), bed.Cache.GetTimeToLive("default").Remaining);
        Assert.Equal(TimeSpan.FromSeconds(5), bed.Cache.GetTimeToLive("options").Remaining);
        Assert.Equal(TimeSpan.FromSeconds(3), bed.Cache.GetTimeToLive("argument").Remaining);
    }

    [Fact]
    public async Task The_empty_key_and_very_long_ones_are_keys()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        string[] keys = ["", " ", "\0", new string('k', 5_000), new string('k', 5_001), "\ud800"];
        foreach (string key in keys)
            await bed.Cache.SetAsync(key, key).Soon();
        Cache another = bed.Another();
        foreach (string key in keys)
        {
            Assert.Equal(key, await another.GetAsync<string>(key).Soon());
            Assert.Equal(key, bed.Cache.Get<string>(key));
        }
    }

    [Fact]
    public async Task Nothing_is_not_a_key()
    {
        await using var bed = new Testbed();
        string? none = null;
        Assert.Throws<ArgumentNullException>(() => bed.Cache.Get<int>(none!));
        Assert.Throws<ArgumentNullException>(() => bed.Cache.GetOrSet("k", (Func<CancellationToken, int>)null!));
    }
}
