using Larder.Tests.Caching;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.Distributed;

/// <summary>A cache over somebody else's IDistributedCache.</summary>
public sealed class UseDistributedCacheTests : IAsyncDisposable
{
    private readonly MemoryDistributedCache _shared = MicrosoftCaches.InMemory();
    private readonly ManualTimeProvider _time = new();
    private readonly Cache _one;
    private readonly Cache _two;

    public UseDistributedCacheTests()
    {
        _one = Make();
        _two = Make();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task What_one_cache_has_computed_another_reads()
    {
        await _one.GetOrSetAsync("key", static _ => new ValueTask<string>("value"), TimeSpan.FromHours(1)).Soon();

        Assert.Equal("value", await _two.GetOrSetAsync<string>("key", static _ => throw new InvalidOperationException("must not run")).Soon());
        Assert.Equal(TimeSpan.FromHours(1), _two.GetTimeToLive("key").Remaining);
    }

    [Fact]
    public async Task Removals_tags_and_clears_reach_the_store()
    {
        foreach (string key in new[] { "removed", "tagged", "kept" })
            await _one.SetAsync(key, key, options: new EntryOptions { Tags = [key == "tagged" ? "t" : "u"] }).Soon();

        await _one.RemoveAsync("removed").Soon();
        await _one.RemoveByTagAsync("t").Soon();

        Assert.False(_two.Contains("removed"));
        Assert.False(_two.Contains("tagged"));
        Assert.True(_two.Contains("kept"));
        _time.Advance(TimeSpan.FromSeconds(1));
        await _one.ClearAsync().Soon();
        await using Cache three = Make();
        Assert.False(three.Contains("kept"));
    }

    [Fact]
    public async Task A_removal_by_pattern_makes_the_partitions_stored_entries_invalid_because_they_cannot_be_listed()
    {
        Cache users = _one.Collection("users");
        await users.SetAsync("user:1", 1).Soon();
        await users.SetAsync("other", 1).Soon();
        await _one.Collection("elsewhere").SetAsync("user:1", 1).Soon();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, await users.RemoveByPatternAsync("user:*").Soon());

        Assert.False(users.Contains("user:1"));
        Assert.False(_two.Collection("users").Contains("user:1"));
        Assert.False(_two.Collection("users").Contains("other"));
        Assert.True(_two.Collection("elsewhere").Contains("user:1"));
    }

    [Fact]
    public async Task Not_even_a_cache_that_does_not_fail_silently_takes_that_for_a_failure()
    {
        await using Cache loud = Make(o => o.FailSilently = false);
        await loud.SetAsync("key", 1).Soon();

        Assert.Equal(1, await loud.RemoveByPatternAsync("*").Soon());
    }

    [Fact]
    public async Task An_entry_that_slides_lives_on_while_it_is_used()
    {
        var sliding = new EntryOptions { SlidingExpiration = TimeSpan.FromSeconds(30) };
        await _one.SetAsync("key", 1, options: sliding with { Ttl = TimeSpan.FromHours(1) }).Soon();
        for (int i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            Assert.True(_one.TryGet("key", out int _));
        }

        Assert.True(_two.Contains("key"));
    }

    [Fact]
    public async Task A_HybridCache_stands_on_it_and_shares_entries_and_tags_with_others()
    {
        HybridCache one = _one.AsHybridCache();
        HybridCache two = _two.AsHybridCache();
        await one.SetAsync("key", "value", tags: ["tag"]).Soon();

        Assert.Equal("value", await two.GetOrCreateAsync("key", static _ => new ValueTask<string>("other")).Soon());
        _time.Advance(TimeSpan.FromSeconds(1));
        await one.RemoveByTagAsync("tag").Soon();
        await using Cache three = Make();

        Assert.Equal("new", await three.AsHybridCache().GetOrCreateAsync("key", static _ => new ValueTask<string>("new")).Soon());
    }

    [Fact]
    public async Task A_host_puts_its_cache_over_the_plain_one()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IDistributedCache>(_shared);
        services.AddLarder(o => o.KeyPrefix = "shared").UseDistributedCache();
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using Cache other = Cache.Create(o =>
        {
            o.KeyPrefix = "shared";
            o.UseDistributedCache(_shared);
        });

        await provider.GetRequiredService<ICache>().SetAsync("key", 1).Soon();

        Assert.Equal(1, other.Get<int>("key"));
    }

    [Fact]
    public async Task A_cache_cannot_stand_on_itself_but_can_be_told_on_which()
    {
        var services = new ServiceCollection();
        services.AddLarder("itself").UseDistributedCache().AsDistributedCache();
        services.AddLarder("over another").UseDistributedCache(_ => _shared).AsDistributedCache();
        await using ServiceProvider provider = services.BuildServiceProvider();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<IDistributedCache>());

        Assert.Contains("\"itself\"", error.Message, StringComparison.Ordinal);
        IDistributedCache chosen = provider.GetRequiredKeyedService<IDistributedCache>("over another");
        await chosen.SetStringAsync("key", "value");
        Assert.Equal("value", await chosen.GetStringAsync("key"));
    }

    private Cache Make(Action<CacheOptions>? configure = null) => Cache.Create(o =>
    {
        o.TimeProvider = _time;
        o.UseDistributedCache(_shared);
        configure?.Invoke(o);
    });
}
