using Larder.Stores;
using Larder.Tests.Diagnostics;

namespace Larder.Tests.Caching;

/// <summary>The bounds of a cache, and which entry makes room.</summary>
public sealed class BoundsTests
{
    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public async Task No_more_entries_are_kept_than_allowed(EvictionPolicy eviction)
    {
        await using Cache cache = Make(o => (o.MaxEntries, o.Eviction) = (5, eviction));
        for (int i = 0; i < 20; i++)
        {
            cache.Set($"k{i}", i);
            Assert.InRange(cache.Statistics.Entries, 1, 5);
        }

        Assert.Equal((5, 15), (cache.Statistics.Entries, cache.Statistics.Evictions));
    }

    [Fact]
    public async Task The_least_recently_used_entry_makes_room_exactly()
    {
        await using Cache cache = Make(o => (o.MaxEntries, o.Eviction) = (3, EvictionPolicy.Lru));
        cache.Set("a", 1);
        cache.Set("b", 2);
        cache.Set("c", 3);
        cache.TryGet("a", out int _);             // b c a
        cache.GetOrSet<int>("b", _ => throw new InvalidOperationException("It is there.")); // c a b
        cache.Set("d", 4);                        // a b d
        cache.Set("a", 5);                        // b d a
        cache.Contains("b");                      // asking whether it is there is a use, too: d a b
        cache.Set("e", 6);                        // a b e

        Assert.Equal(["a", "b", "e"], new[] { "a", "b", "c", "d", "e" }.Where(key => cache.Contains(key)));
    }

    [Fact]
    public async Task No_more_bytes_are_kept_than_allowed_as_the_weigher_counts_them()
    {
        await using Cache cache = Make(o => (o.MaxBytes, o.Weigher, o.Eviction) = (100, (_, value) => (int)value!, EvictionPolicy.Lru));
        cache.Set("a", 40);
        cache.Set("b", 40);
        Assert.Equal((2, 80), (cache.Statistics.Entries, cache.Statistics.Bytes));

        cache.Set("c", 40);
        Assert.Equal((false, true, true, 80), (cache.Contains("a"), cache.Contains("b"), cache.Contains("c"), cache.Statistics.Bytes));

        cache.Set("c", 90);
        Assert.Equal((false, true, 90), (cache.Contains("b"), cache.Contains("c"), cache.Statistics.Bytes));
    }

    [Fact]
    public async Task What_an_entry_says_of_its_size_goes_before_the_weigher()
    {
        await using Cache cache = Make(o => (o.MaxBytes, o.Weigher) = (1000, (_, _) => 500));
        cache.Set("said", "v", options: new EntryOptions { Size = 7 });
        Assert.Equal(7, cache.Statistics.Bytes);

        await cache.GetOrSetAsync("decided", (entry, _) =>
        {
            entry.Size = 20;
            return new ValueTask<string>("v");
        });
        Assert.Equal(27, cache.Statistics.Bytes);

        cache.Set("weighed", "v");
        Assert.Equal(527, cache.Statistics.Bytes);
    }

    [Fact]
    public async Task A_weigher_that_throws_or_says_less_than_nothing_costs_nobody_a_value()
    {
        using var loggers = new RecordingLoggerFactory();
        await using var store = new InMemoryStore();
        await using (Cache writer = Make(o => o.UseStore(store.Connect())))
            await writer.SetAsync("stored", "not a number");
        await using Cache cache = Make(o =>
        {
            o.UseStore(store.Connect());
            (o.MaxBytes, o.Weigher, o.LoggerFactory) = (10_000, (_, value) => (int)value!, loggers);
        });

        await cache.SetAsync("negative", -5);
        Assert.Equal((1, 0), (cache.Statistics.Entries, cache.Statistics.Bytes));
        Assert.Empty(loggers.Log.Lines);

        await cache.SetAsync("set", "a text");
        Assert.Equal("computed", await cache.GetOrSetAsync("computed", _ => new ValueTask<string>("computed")));
        Assert.Equal(["x", "y"], (await cache.GetOrSetManyAsync<string>(["x", "y"], (keys, _) => new(keys.ToDictionary(key => key)))).Values.Order());
        Assert.Equal("not a number", await cache.GetAsync<string>("stored"));
        Assert.Equal("a text", await cache.GetAsync<string>("set"));
        Assert.Equal((6, true), (cache.Statistics.Entries, cache.Statistics.Bytes > 500));
        Assert.IsType<InvalidCastException>(loggers.Log.Lines.First(line => line.Id == 105).Exception);
    }

    [Fact]
    public async Task Without_a_weigher_sizes_are_estimated()
    {
        await using Cache cache = Make(o => o.MaxBytes = 100_000);
        cache.Set("text", new string('x', 10_000));
        Assert.InRange(cache.Statistics.Bytes, 20_000, 20_500);
        cache.Set("bytes", new byte[10_000]);
        Assert.InRange(cache.Statistics.Bytes, 30_000, 31_000);
        cache.Remove("text");
        Assert.InRange(cache.Statistics.Bytes, 10_000, 10_500);
    }

    [Fact]
    public async Task A_value_that_is_larger_than_the_bound_is_handed_out_and_not_kept()
    {
        await using Cache cache = Make(o => (o.MaxBytes, o.Weigher) = (100, (_, value) => ((string)value!).Length));
        cache.Set("small", "1234567890");
        cache.Set("k", "old");
        string large = new('x', 101);

        Assert.Same(large, await cache.GetOrSetAsync("large", _ => new ValueTask<string>(large)));
        cache.Set("k", large);

        // Neither is there, nor what it would have replaced; and nothing else had to make room.
        Assert.Equal((false, false, true), (cache.Contains("large"), cache.Contains("k"), cache.Contains("small")));
        Assert.Equal(10, cache.Statistics.Bytes);
    }

    [Fact]
    public async Task What_made_room_in_memory_is_still_in_the_store()
    {
        await using Cache cache = Make(o => (o.UseStore(new InMemoryStore()).MaxEntries, o.Eviction) = (2, EvictionPolicy.Lru));
        for (int i = 0; i < 10; i++)
            await cache.SetAsync($"k{i}", i);

        Assert.Equal(2, cache.Statistics.Entries);
        Assert.Equal(0, await cache.GetOrSetAsync<int>("k0", _ => throw new InvalidOperationException("It is in the store.")));
    }

    [Fact]
    public async Task Without_bounds_everything_is_kept()
    {
        await using Cache cache = Make(o => o.MaxEntries = null);
        for (int i = 0; i < 10_000; i++)
            cache.Set($"k{i}", i);

        Assert.Equal((10_000, 0), (cache.Statistics.Entries, cache.Statistics.Evictions));
    }

    [Fact]
    public async Task A_restart_does_not_change_who_makes_room_next()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("larder-");
        try
        {
            void Persist(CacheOptions o) => (o.PersistTo(Path.Combine(folder.FullName, "c.larder")).MaxEntries, o.Eviction) = (3, EvictionPolicy.Lru);
            await using (Cache cache = Make(Persist))
            {
                cache.Set("a", 1);
                cache.Set("b", 2);
                cache.Set("c", 3);
                cache.TryGet("a", out int _); // b c a
            }

            await using (Cache cache = Make(Persist))
            {
                cache.Set("d", 4); // c a d
                Assert.Equal(["a", "c", "d"], new[] { "a", "b", "c", "d" }.Where(key => cache.Contains(key)));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Cache Make(Action<CacheOptions> configure) => Cache.Create(configure);
}
