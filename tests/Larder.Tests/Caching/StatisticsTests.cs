using Larder.Conformance.Faults;

namespace Larder.Tests.Caching;

/// <summary>Every look-up is exactly one of a hit, a stale hit or a miss; everything else is counted once.</summary>
public sealed class StatisticsTests
{
    public static TheoryData<StoreKind> Kinds => [.. Enum.GetValues<StoreKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Look_ups_add_up(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        Cache cache = bed.Cache;
        await cache.GetOrSetAsync("a", _ => new ValueTask<int>(1)).Soon();
        await cache.GetOrSetAsync("a", _ => new ValueTask<int>(1)).Soon();
        cache.GetOrSet("b", _ => 2);
        cache.TryGet("b", out int _);
        cache.Get<int>("none");
        await cache.TryGetAsync<int>("a").Soon();
        await cache.GetManyAsync<int>(["a", "b", "none"]).Soon();
        await cache.GetOrSetManyAsync<int>(["a", "c", "d"], (_, _) => new ValueTask<IReadOnlyDictionary<string, int>>(new Dictionary<string, int> { ["c"] = 3 })).Soon();
        await Assert.ThrowsAsync<IOException>(() => cache.GetOrSetAsync<int>("bad", (CancellationToken _) => throw new IOException()).Soon());

        CacheStatistics seen = cache.Statistics;
        // Hits: a, b, a, then a and b, then a. Misses: a, b, none, none, c, d, bad.
        Assert.Equal((6, 7, 0), (seen.Hits, seen.Misses, seen.StaleHits));
        Assert.Equal((13, 6.0 / 13), (seen.Lookups, seen.HitRatio));
        Assert.Equal((4, 1), (seen.FactoryCalls, seen.FactoryFailures));
        Assert.Equal(3, seen.Sets);
        Assert.Equal(3, seen.Entries);
    }

    [Fact]
    public async Task Entries_leave_for_a_reason()
    {
        await using var bed = new Testbed(configure: o => o.MaxEntries = 10);
        for (int i = 0; i < 100; i++)
            bed.Cache.Set($"k{i}", i, Timeout.InfiniteTimeSpan);
        CacheStatistics full = bed.Cache.Statistics;
        Assert.InRange(full.Entries, 1, 10);
        Assert.Equal(100, full.Entries + full.Evictions);

        bed.Cache.Set("x", 1, TimeSpan.FromSeconds(1));
        bed.Cache.Set("x", 2, TimeSpan.FromSeconds(1));
        bed.Advance(TimeSpan.FromSeconds(10));
        bed.Cache.Set("y", 1);
        bed.Cache.Remove("y");
        CacheStatistics seen = bed.Cache.Statistics;
        Assert.Equal((1, 1, 1), (seen.Replacements, seen.Expirations, seen.Removals));
    }

    [Fact]
    public async Task Calls_that_remove_many_are_invalidations()
    {
        await using var bed = new Testbed();
        bed.Cache.RemoveByTag("t");
        bed.Cache.RemoveByPattern("*");
        bed.Cache.Clear();

        Assert.Equal(3, bed.Cache.Statistics.Invalidations);
    }

    [Fact]
    public async Task Factory_time_is_the_factorys_own()
    {
        await using var bed = new Testbed();
        var gate = new FactoryGate<int>(1);
        Task<int> call = bed.Cache.GetOrSetAsync("k", gate.RunAsync).AsTask();
        await gate.Started;
        bed.Advance(TimeSpan.FromSeconds(3));
        await gate.OpenAsync();
        await call.Soon();

        Assert.Equal(TimeSpan.FromSeconds(3), bed.Cache.Statistics.FactoryTime);
    }

    [Fact]
    public async Task The_stores_part_is_counted()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        await bed.Another().SetAsync("k", 1).Soon();
        await bed.Cache.GetAsync<int>("k").Soon();
        await bed.Cache.GetAsync<int>("none").Soon();
        using Fault fault = bed.Store.Throw(StoreCalls.Get, times: 1);
        await bed.Cache.GetAsync<int>("other").Soon();

        CacheStatistics seen = bed.Cache.Statistics;
        Assert.Equal((1, 2), (seen.StoreTierHits, seen.Misses));
        Assert.Equal((1, 1, 1), (seen.StoreHits, seen.StoreMisses, seen.StoreFailures));
        Assert.True(seen.StoreCalls >= 3);
    }

    [Fact]
    public async Task Counts_are_exact_whatever_happens_at_once()
    {
        await using var bed = new Testbed();
        const int threads = 4;
        const int each = 5_000;
        bed.Cache.Set("k", 1, Timeout.InfiniteTimeSpan);
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < each; i++)
            {
                bed.Cache.TryGet("k", out int _);
                bed.Cache.TryGet("none", out int _);
            }
        }))).Soon();

        Assert.Equal((threads * each, threads * each), (bed.Cache.Statistics.Hits, bed.Cache.Statistics.Misses));
    }

    [Fact]
    public async Task A_caller_who_gave_up_is_a_miss()
    {
        await using var bed = new Testbed();
        using var cancellation = new CancellationTokenSource();
        var gate = new FactoryGate<int>(1);
        Task<int> call = bed.Cache.GetOrSetAsync("k", gate.RunAsync, cancellationToken: cancellation.Token).AsTask();
        await gate.Started;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());

        Assert.Equal(1, bed.Cache.Statistics.Lookups);
        await gate.OpenAsync();
    }

    [Fact]
    public async Task Every_handle_shows_the_whole_cache()
    {
        await using var bed = new Testbed();
        bed.Cache.Collection("a").Get<int>("k");

        Assert.Equal(1, bed.Cache.For(new UserContext("u")).Statistics.Misses);
    }
}
