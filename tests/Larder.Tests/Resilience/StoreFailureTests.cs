using System.Text;
using Larder.Conformance.Faults;
using Larder.Tests.Caching;

namespace Larder.Tests.Resilience;

/// <summary>G6 and G9: a store that is down, slow or lies costs its timeout and a metric, and the caller gets the factory's answer.</summary>
public sealed class StoreFailureTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task A_store_that_is_down_leaves_the_factorys_answer(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        bed.Store.Throw();

        Assert.Equal(7, await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<int>(7)).Soon());
        Assert.Equal(7, await bed.Cache.GetAsync<int>("k").Soon());
        await bed.Cache.SetAsync("k", 8).Soon();
        Assert.Equal(8, await bed.Cache.GetAsync<int>("k").Soon());
        Assert.True(bed.Cache.Statistics.StoreFailures > 0);
    }

    [Fact]
    public async Task A_read_that_hangs_costs_the_read_timeout_and_a_write_that_hangs_the_write_timeout()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        using Fault reads = bed.Store.Hold(StoreCalls.Get | StoreCalls.GetMany, ignoreCancellation: true);
        using Fault writes = bed.Store.Hold(StoreCalls.Set, ignoreCancellation: true);
        int calls = 0;
        Task<int> pending = bed.Cache.GetOrSetAsync("k", _ => new ValueTask<int>(++calls)).AsTask();
        await reads.ReachedAsync(2).Soon();
        bed.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, calls);

        bed.Advance(TimeSpan.FromMilliseconds(1));
        await writes.ReachedAsync().Soon();
        Assert.Equal(1, calls);
        Assert.False(pending.IsCompleted);

        bed.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await pending.Soon());
        Assert.Equal(1, await bed.Cache.GetAsync<int>("k").Soon());
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("empty")]
    [InlineData("truncated")]
    [InlineData("a flipped bit")]
    [InlineData("another key's, encrypted")]
    [InlineData("foreign")]
    public async Task Bytes_that_are_not_the_entrys_are_a_miss_and_counted(string what)
    {
        await using var bed = new Testbed(StoreKind.Plain, options =>
        {
            if (!what.EndsWith("encrypted", StringComparison.Ordinal))
                return;
            options.Encryption = new EncryptionOptions { CurrentKeyId = 1 };
            options.Encryption.Keys[1] = new byte[16];
        });
        await bed.Cache.SetAsync("k", "right", Day).Soon();
        await bed.Cache.SetAsync("other", "wrong", Day).Soon();
        Cache reader = bed.Another();
        ReadOnlyMemory<byte>? other = await bed.Store.GetAsync(bed.Store.Calls.First(static call => call.Call == StoreCalls.Set && call.Keys[0].EndsWith("other", StringComparison.Ordinal)).Keys[0], CancellationToken.None);
        string stored = bed.Store.Calls.First(static call => call.Call == StoreCalls.Set).Keys[0];
        ReadOnlyMemory<byte> right = (await bed.Store.GetAsync(stored, CancellationToken.None))!.Value;
        byte[] bad = what switch
        {
            "garbage" => [.. Enumerable.Range(0, right.Length).Select(static i => (byte)(i * 37))],
            "empty" => [],
            "truncated" => right[..^1].ToArray(),
            "a flipped bit" => Flipped(right),
            "another key's, encrypted" => other!.Value.ToArray(),
            _ => Encoding.UTF8.GetBytes("{\"value\":\"wrong\"}"),
        };
        await bed.Store.SetAsync(stored, bad, Day, CancellationToken.None);

        Assert.False((await reader.TryGetAsync<string>("k").Soon()).Found);
        Assert.Equal("made", await reader.GetOrSetAsync("k", _ => new ValueTask<string>("made")).Soon());
        Assert.True(reader.Statistics.PayloadsRejected > 0);
    }

    public static TheoryData<string> Members => [.. Calls.Keys];

    private static readonly EntryOptions Loud = new() { FailSilently = false };

    // Each call once, on a key that memory lacks, and what it answers without the store.
    private static readonly Dictionary<string, (Func<Cache, EntryOptions?, Task<object?>> Call, object? Alone, bool PerEntry)> Calls = new()
    {
        ["GetOrSet"] = (async (cache, options) => await cache.GetOrSetAsync("k", _ => new ValueTask<int>(7), options: options), 7, true),
        ["GetOrSetMany"] = (async (cache, options) => (await cache.GetOrSetManyAsync<int>(["k"], (_, _) => new(new Dictionary<string, int> { ["k"] = 7 }), options: options))["k"], 7, true),
        ["TryGet"] = (async (cache, options) => (await cache.TryGetAsync<int>("k", options)).Found, false, true),
        ["Get"] = (async (cache, _) => await cache.GetAsync<int>("k"), 0, false),
        ["GetMany"] = (async (cache, options) => (await cache.GetManyAsync<int>(["k"], options)).Count, 0, true),
        ["Contains"] = (async (cache, _) => await cache.ContainsAsync("k"), false, false),
        ["GetTimeToLive"] = (async (cache, _) => (await cache.GetTimeToLiveAsync("k")).Found, false, false),
        ["SetTimeToLive"] = (async (cache, _) => await cache.SetTimeToLiveAsync("k", Day), false, false),
        ["Refresh"] = (async (cache, _) => await cache.RefreshAsync("k"), false, false),
        ["Set"] = (async (cache, options) => { await cache.SetAsync("k", 8, options: options); return null; }, null, true),
        ["Remove"] = (async (cache, _) => await cache.RemoveAsync("k"), false, false),
        ["RemoveMany"] = (async (cache, _) => { await cache.RemoveManyAsync(["k", "l"]); return null; }, null, false),
        ["RemoveByPattern"] = (async (cache, _) => await cache.RemoveByPatternAsync("*"), 0L, false),
        ["RemoveByTag"] = (async (cache, _) => { await cache.RemoveByTagAsync("t"); return null; }, null, false),
        ["Clear"] = (async (cache, _) => { await cache.ClearAsync(); return null; }, null, false),
        ["ClearOfAScope"] = (async (cache, _) => { await cache.ClearAsync("weather", null, CacheScope.Global); return null; }, null, false),
    };

    [Theory]
    [MemberData(nameof(Members))]
    public async Task A_failing_store_is_hidden_from_the_caller_of(string member)
    {
        foreach (StoreKind kind in (StoreKind[])[StoreKind.Plain, StoreKind.Capable])
        {
            await using var bed = new Testbed(kind);
            bed.Store.Throw();

            Assert.Equal(Calls[member].Alone, await Calls[member].Call(bed.Cache, null).Soon());
            Assert.True(bed.Cache.Statistics.StoreFailures > 0);
        }
    }

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Without_FailSilently_a_failing_store_is_told_to_the_caller_of(string member)
    {
        foreach (StoreKind kind in (StoreKind[])[StoreKind.Plain, StoreKind.Capable])
        {
            await using var bed = new Testbed(kind, static options => options.FailSilently = false);
            bed.Store.Throw();

            CacheStoreException error = await Assert.ThrowsAsync<CacheStoreException>(() => Calls[member].Call(bed.Cache, null).Soon());
            Assert.IsType<IOException>(error.InnerException);
            if (!Calls[member].PerEntry)
                continue;
            await using var quiet = new Testbed(kind);
            quiet.Store.Throw();
            await Assert.ThrowsAsync<CacheStoreException>(() => Calls[member].Call(quiet.Cache, Loud).Soon());
        }
    }

    [Fact]
    public async Task A_store_that_keeps_failing_is_not_asked_until_the_break_is_over()
    {
        await using var bed = new Testbed(StoreKind.Plain, static options =>
        {
            options.Store.CircuitFailures = 3;
            options.Store.CircuitBreak = TimeSpan.FromSeconds(5);
        });
        Fault down = bed.Store.Throw(StoreCalls.Reads);
        for (int i = 0; i < 3; i++)
            await bed.Cache.TryGetAsync<int>("k").Soon();
        Assert.Equal(1, bed.Cache.Statistics.CircuitOpenings);

        bed.Store.ForgetCalls();
        Assert.Equal(1, await bed.Cache.GetOrSetAsync("a", _ => new ValueTask<int>(1), Day).Soon());
        Assert.Empty(bed.Store.Calls);

        down.End();
        bed.Advance(TimeSpan.FromSeconds(5));
        await bed.Cache.TryGetAsync<int>("b").Soon();
        Assert.True(bed.Store.Count(StoreCalls.Reads) > 0);
        await bed.Cache.SetAsync("c", 3, Day).Soon();
        Assert.Equal(3, await bed.Another().GetAsync<int>("c").Soon());
    }

    private static byte[] Flipped(ReadOnlyMemory<byte> bytes)
    {
        byte[] flipped = bytes.ToArray();
        flipped[^1] ^= 1;
        return flipped;
    }
}
