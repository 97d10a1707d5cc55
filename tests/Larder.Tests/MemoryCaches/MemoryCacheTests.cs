using Larder.Tests.Caching;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Tests.MemoryCaches;

/// <summary>Larder's memory as an IMemoryCache: what is kept, under which keys, for how long.</summary>
public sealed class MemoryCacheTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly IMemoryCache _cache;

    public MemoryCacheTests() => _cache = new LarderMemoryCache(new CacheOptions { TimeProvider = _time });

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void What_is_set_is_found_until_it_is_removed()
    {
        object value = new();

        Assert.False(_cache.TryGetValue("key", out object? _));
        Assert.Same(value, _cache.Set("key", value));
        Assert.True(_cache.TryGetValue("key", out object? found));
        Assert.Same(value, found);
        _cache.Remove("key");
        Assert.False(_cache.TryGetValue("key", out found));
        Assert.Null(found);
    }

    [Fact]
    public void Keys_are_of_any_type_and_compare_as_it_says()
    {
        _cache.Set("text", 1);
        _cache.Set(7, 2);
        _cache.Set((1, "a"), 3);
        _cache.Set(7L, 4);

        Assert.Equal(1, _cache.Get(new string("text".AsSpan())));
        Assert.Equal(2, _cache.Get(7));
        Assert.Equal(3, _cache.Get((1, "a")));
        Assert.Equal(4, _cache.Get(7L));
        Assert.Null(_cache.Get("Text"));
        Assert.Null(_cache.Get(new object()));
    }

    [Fact]
    public void Null_is_a_value()
    {
        _cache.Set<string?>("key", null);

        Assert.True(_cache.TryGetValue("key", out object? found));
        Assert.Null(found);
    }

    [Fact]
    public void Null_is_no_key()
    {
        Assert.Throws<ArgumentNullException>(() => _cache.TryGetValue(null!, out object? _));
        Assert.Throws<ArgumentNullException>(() => _cache.CreateEntry(null!));
        Assert.Throws<ArgumentNullException>(() => _cache.Remove(null!));
    }

    [Fact]
    public async Task The_extensions_of_the_framework_work_on_it()
    {
        Assert.Equal(1, _cache.GetOrCreate("sync", static _ => 1));
        Assert.Equal(1, _cache.GetOrCreate("sync", static _ => 2));
        Assert.Equal(1, await _cache.GetOrCreateAsync("async", static _ => Task.FromResult(1)));
        Assert.Equal(1, await _cache.GetOrCreateAsync("async", static _ => Task.FromResult(2)));
        Assert.True(_cache.TryGetValue("sync", out int value));
        Assert.Equal(1, value);
    }

    [Fact]
    public void An_entry_is_there_when_it_is_disposed_and_has_a_value()
    {
        ICacheEntry entry = _cache.CreateEntry("key");
        entry.Value = 1;
        Assert.False(_cache.TryGetValue("key", out object? _));
        entry.Dispose();
        Assert.Equal(1, _cache.Get("key"));

        _cache.Remove("key");
        entry.Dispose();
        _cache.CreateEntry("key").Dispose();
        Assert.False(_cache.TryGetValue("key", out object? _));
    }

    [Fact]
    public void Without_expiration_an_entry_stays()
    {
        _cache.Set("key", 1);
        _time.Advance(TimeSpan.FromDays(1000));

        Assert.Equal(1, _cache.Get("key"));
    }

    [Fact]
    public void An_entry_ends_with_its_expiration()
    {
        _cache.Set("relative", 1, TimeSpan.FromMinutes(1));
        _cache.Set("absolute", 1, _time.GetUtcNow() + TimeSpan.FromMinutes(1));
        _cache.Set("earlier", 1, new MemoryCacheEntryOptions { AbsoluteExpiration = _time.GetUtcNow() + TimeSpan.FromMinutes(1), AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) });

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.All(new[] { "relative", "absolute", "earlier" }, key => Assert.Equal(1, _cache.Get(key)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.All(new[] { "relative", "absolute", "earlier" }, key => Assert.Null(_cache.Get(key)));
    }

    [Fact]
    public void An_end_in_the_past_adds_nothing_and_removes_what_was_there()
    {
        _cache.Set("key", 1);

        _cache.Set("key", 2, _time.GetUtcNow() - TimeSpan.FromSeconds(1));

        Assert.False(_cache.TryGetValue("key", out object? _));
    }

    [Fact]
    public void A_use_moves_the_end_of_an_entry_that_slides()
    {
        _cache.Set("key", 1, new MemoryCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) });

        for (int i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(45));
            Assert.Equal(1, _cache.Get("key"));
        }

        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(_cache.Get("key"));
    }

    [Fact]
    public void Sliding_ends_at_the_absolute_end()
    {
        _cache.Set("key", 1, new MemoryCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1), AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(100) });

        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(1, _cache.Get("key"));
        _time.Advance(TimeSpan.FromSeconds(49));
        Assert.Equal(1, _cache.Get("key"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_cache.Get("key"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void An_expiration_or_a_size_out_of_range_is_refused(int value)
    {
        using ICacheEntry entry = _cache.CreateEntry("key");

        Assert.Throws<ArgumentOutOfRangeException>(() => entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromTicks(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => entry.SlidingExpiration = TimeSpan.FromTicks(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => entry.Size = value - 1);
    }

    [Fact]
    public void After_its_disposal_the_cache_refuses_everything()
    {
        _cache.Set("key", 1);
        _cache.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _cache.TryGetValue("key", out object? _));
        Assert.Throws<ObjectDisposedException>(() => _cache.CreateEntry("key"));
        Assert.Throws<ObjectDisposedException>(() => _cache.Remove("key"));
    }

    [Fact]
    public void Clearing_removes_everything()
    {
        using var cache = new LarderMemoryCache(new CacheOptions { TimeProvider = _time });
        cache.Set("a", 1);
        cache.Set("pinned", 1, new MemoryCacheEntryOptions { Priority = CacheItemPriority.NeverRemove });
        Assert.Equal(2, cache.Count);

        cache.Clear();

        Assert.Equal(0, cache.Count);
        Assert.Null(cache.Get("a"));
        Assert.Null(cache.Get("pinned"));
    }

    [Fact]
    public void Statistics_tell_hits_misses_and_what_is_there()
    {
        _cache.Set("a", 1);
        _cache.Set("pinned", 1, new MemoryCacheEntryOptions { Priority = CacheItemPriority.NeverRemove });
        _cache.Set("changed", 1, new Microsoft.Extensions.Primitives.CompositeChangeToken([new Polled { HasChanged = false }]));
        _cache.Get("a");
        _cache.Get("pinned");
        _cache.Get("missing");

        MemoryCacheStatistics statistics = _cache.GetCurrentStatistics()!;

        Assert.Equal((2, 1, 3, null), (statistics.TotalHits, statistics.TotalMisses, statistics.CurrentEntryCount, statistics.CurrentEstimatedSize));
    }
}
