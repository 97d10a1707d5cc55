namespace Larder.Tests.Memory;

public sealed class BoundedCacheTests
{
    public static TheoryData<EvictionPolicy> Policies => [EvictionPolicy.Adaptive, EvictionPolicy.Lru];

    [Theory]
    [MemberData(nameof(Policies))]
    public void What_was_set_is_found(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<string, string?>(new() { MaxEntries = 100, Eviction = eviction });

        Assert.False(cache.TryGet("a", out _));
        Assert.True(cache.Set("a", "1"));
        Assert.True(cache.Set("nothing", null));

        Assert.True(cache.TryGet("a", out string? value));
        Assert.Equal("1", value);
        Assert.True(cache.TryGet("nothing", out value));
        Assert.Null(value);
        Assert.Equal(2, cache.Count);
        Assert.Equal((2, 1), (cache.Statistics.Hits, cache.Statistics.Misses));
        Assert.Equal(2.0 / 3, cache.Statistics.HitRatio);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_set_replaces_and_a_remove_returns_what_it_took(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<int, string>(new() { MaxEntries = 100, Eviction = eviction });
        cache.Set(1, "old");
        cache.Set(1, "new");

        Assert.True(cache.Remove(1, out string? taken));
        Assert.Equal("new", taken);
        Assert.False(cache.Remove(1));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Growing_from_nothing_to_the_bound_keeps_every_entry()
    {
        var cache = new BoundedCache<int, int>(10_000);
        for (int i = 0; i < 10_000; i++)
            cache.Set(i, -i);

        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(cache.TryGet(i, out int value));
            Assert.Equal(-i, value);
        }

        Assert.Equal(10_000, cache.Count);
        Assert.Equal(0, cache.Statistics.Evictions);
        Assert.Equal(10_000, cache.Select(e => e.Key).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_full_cache_evicts_one_for_each_new_entry(EvictionPolicy eviction)
    {
        var evicted = new List<int>();
        var cache = new BoundedCache<int, int>(new()
        {
            MaxEntries = 10,
            Eviction = eviction,
            OnRemoved = (key, _, cause) =>
            {
                Assert.Equal(RemovalCause.Evicted, cause);
                evicted.Add(key);
            },
        });

        for (int i = 0; i < 100; i++)
            cache.Set(i, i);

        Assert.Equal(10, cache.Count);
        Assert.Equal(90, cache.Statistics.Evictions);
        Assert.Equal(Enumerable.Range(0, 100), evicted.Concat(cache.Select(e => e.Key)).Order());
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_value_larger_than_the_bound_is_refused_and_takes_the_old_one_along(EvictionPolicy eviction)
    {
        var removed = new List<(string, string, RemovalCause)>();
        var cache = new BoundedCache<string, string>(new()
        {
            MaxBytes = 10,
            Weigher = (_, value) => value.Length,
            Eviction = eviction,
            OnRemoved = (key, value, cause) => removed.Add((key, value, cause)),
        });

        Assert.True(cache.Set("k", "small"));
        Assert.False(cache.Set("k", "far too large"));

        Assert.False(cache.TryGet("k", out _));
        Assert.Equal(0, cache.Bytes);
        Assert.Equal([("k", "small", RemovalCause.Replaced), ("k", "far too large", RemovalCause.Evicted)], removed);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Bytes_stay_within_the_bound_when_entries_grow(EvictionPolicy eviction)
    {
        var random = new Random(1);
        var sizes = new Dictionary<int, long>();
        var cache = new BoundedCache<int, long>(new()
        {
            MaxBytes = 1000,
            Weigher = (_, size) => size,
            Eviction = eviction,
            OnRemoved = (key, _, cause) =>
            {
                if (cause == RemovalCause.Evicted)
                    sizes.Remove(key);
            },
        });

        for (int i = 0; i < 20_000; i++)
        {
            int key = random.Next(50);
            long size = random.Next(1, 200);
            Assert.True(cache.Set(key, size));
            sizes[key] = size;
            Assert.True(cache.TryGet(key, out long stored), "An entry that was just written is there: it is never chosen to make room for itself.");
            Assert.Equal(size, stored);
            Assert.InRange(cache.Bytes, 1, 1000);
            Assert.Equal(sizes.Values.Sum(), cache.Bytes);
        }
    }

    [Fact]
    public void Conditional_operations_compare_references()
    {
        var cache = new BoundedCache<string, object>(10);
        object one = new(), two = new();

        Assert.True(cache.TryAdd("k", one));
        Assert.False(cache.TryAdd("k", two));
        Assert.False(cache.TryUpdate("k", two, expected: two));
        Assert.True(cache.TryUpdate("k", two, expected: one));
        Assert.False(cache.TryRemove(new("k", one)));
        Assert.True(cache.TryRemove(new("k", two)));
        Assert.False(cache.Contains("k"));
    }

    [Fact]
    public void GetOrAdd_runs_the_factory_only_on_a_miss()
    {
        var cache = new BoundedCache<string, int>(10);
        int calls = 0;

        Assert.Equal(1, cache.GetOrAdd("k", _ => ++calls));
        Assert.Equal(1, cache.GetOrAdd("k", _ => ++calls));
        Assert.Equal(7, cache.GetOrAdd("other", (_, argument) => argument, 7));
    }

    [Fact]
    public void Clear_removes_everything_and_says_so()
    {
        var removed = new List<(int, RemovalCause)>();
        var cache = new BoundedCache<int, int>(new() { MaxEntries = 1000, OnRemoved = (key, _, cause) => removed.Add((key, cause)) });
        for (int i = 0; i < 100; i++)
            cache.Set(i, i);
        cache.Remove(50);
        removed.Clear();

        cache.Clear();

        Assert.Equal(0, cache.Count);
        Assert.Empty(cache);
        Assert.Equal(Enumerable.Range(0, 100).Where(i => i != 50).Select(i => (i, RemovalCause.Removed)), removed.Order());
        Assert.True(cache.Set(1, 1));
        Assert.True(cache.Contains(1));
    }

    [Fact]
    public void A_callback_that_throws_is_counted_and_the_others_are_still_told()
    {
        int told = 0;
        var cache = new BoundedCache<int, int>(new()
        {
            MaxEntries = 100,
            OnRemoved = (_, _, _) =>
            {
                told++;
                throw new InvalidOperationException("mine");
            },
        });
        for (int i = 0; i < 10; i++)
            cache.Set(i, i);

        cache.Clear();

        Assert.Equal(10, told);
        Assert.Equal(10, cache.Statistics.CallbackFailures);
    }

    [Fact]
    public void A_callback_may_use_the_cache()
    {
        BoundedCache<int, int> cache = null!;
        cache = new(new() { MaxEntries = 10, OnRemoved = (key, value, _) => cache.Set(key + 1000, value, TimeSpan.FromHours(1)) });
        cache.Set(1, 5);
        cache.Remove(1);

        Assert.True(cache.TryGet(1001, out int kept));
        Assert.Equal(5, kept);
    }

    [Fact]
    public void A_custom_comparer_decides()
    {
        var cache = new BoundedCache<string, int>(new() { MaxEntries = 10, KeyComparer = StringComparer.OrdinalIgnoreCase });
        cache.Set("Key", 1);

        Assert.True(cache.TryGet("KEY", out int value));
        Assert.Equal(1, value);
    }

    [Fact]
    public void Null_keys_are_refused_by_name()
    {
        var cache = new BoundedCache<string, int>(10);

        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => cache.TryGet(null!, out _)).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => cache.Set(null!, 1)).ParamName);
    }

    [Fact]
    public void Bad_options_are_named_with_their_value()
    {
        Assert.Contains("MaxEntries is 0", Refusal(new() { MaxEntries = 0 }));
        Assert.Contains("MaxEntries is null", Refusal(new()));
        Assert.Contains("MaxBytes is -1", Refusal(new() { MaxBytes = -1 }));
        Assert.Contains("Weigher is null", Refusal(new() { MaxBytes = 1 }));
        Assert.Contains("Eviction is 7", Refusal(new() { MaxEntries = 1, Eviction = (EvictionPolicy)7 }));
        Assert.Contains("DefaultTtl is 00:00:00", Refusal(new() { MaxEntries = 1, DefaultTtl = TimeSpan.Zero }));

        static string Refusal(BoundedCacheOptions<int, int> options) => Assert.Throws<ArgumentException>(() => new BoundedCache<int, int>(options)).Message;
    }

    [Fact]
    public void A_ttl_that_is_not_positive_is_refused()
    {
        var cache = new BoundedCache<int, int>(10);

        Assert.Contains("positive", Assert.Throws<ArgumentOutOfRangeException>(() => cache.Set(1, 1, TimeSpan.Zero)).Message);
    }

    [Fact]
    public void A_hit_allocates_nothing()
    {
        var strings = new BoundedCache<string, object>(new() { MaxEntries = 100, DefaultTtl = TimeSpan.FromMinutes(5) });
        var ints = new BoundedCache<int, object>(new() { MaxEntries = 100, DefaultTtl = TimeSpan.FromMinutes(5) });
        strings.Set("key", this);
        ints.Set(1, this);
        Hits();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Hits();
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(before, after);

        void Hits()
        {
            for (int i = 0; i < 100; i++)
            {
                if (!strings.TryGet("key", out _) || !ints.TryGet(1, out _))
                    throw new InvalidOperationException("Not a hit.");
            }
        }
    }
}
