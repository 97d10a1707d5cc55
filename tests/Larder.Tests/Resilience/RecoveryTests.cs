using Larder.Conformance.Faults;
using Larder.Tests.Caching;

namespace Larder.Tests.Resilience;

/// <summary>G11: what could not reach the store is remembered and repeated, and until then nothing older from there is served.</summary>
public sealed class RecoveryTests
{
    private const StoreCalls Writing = StoreCalls.Set | StoreCalls.Remove | StoreCalls.RemoveMany | StoreCalls.BumpEpoch | StoreCalls.SetWithLease;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly EntryOptions Tagged = new() { Ttl = Day, Tags = ["t"] };

    /// <summary>The ways to invalidate.</summary>
    public enum How
    {
        Remove,
        RemoveMany,
        Tag,
        Clear,
        Pattern,
        Set,
    }

    public static TheoryData<How, StoreKind, bool> Invalidations
    {
        get
        {
            var cases = new TheoryData<How, StoreKind, bool>();
            foreach (How how in Enum.GetValues<How>())
            {
                foreach (bool replyLost in (bool[])[false, true])
                {
                    cases.Add(how, StoreKind.Plain, replyLost);
                    cases.Add(how, StoreKind.Capable, replyLost);
                }
            }

            return cases;
        }
    }

    [Fact]
    public async Task Another_TTL_does_not_take_the_place_of_a_value_that_still_has_to_reach_the_store()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        await bed.Cache.SetAsync("k", "old", options: Tagged).Soon();
        Fault down = bed.Store.Throw(StoreCalls.Set);
        await bed.Cache.SetAsync("k", "new", options: Tagged).Soon();

        // What is written under a lease is written too late, and refused.
        Fault slow = bed.Store.Hold(StoreCalls.SetWithLease, ignoreCancellation: true);
        Task changing = bed.Cache.SetTimeToLiveAsync("k", TimeSpan.FromHours(1)).AsTask();
        bed.Advance(TimeSpan.FromMinutes(1));
        slow.End();
        await changing.Soon();

        down.End();
        await RecoverAsync(bed);
        Assert.Equal("new", await bed.Another().GetAsync<string>("k").Soon());
    }

    [Theory]
    [MemberData(nameof(Invalidations))]
    public async Task An_invalidation_that_failed_is_not_undone_by_what_the_store_has(How how, StoreKind kind, bool replyLost)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("k", "old", options: Tagged).Soon();
        Fault down = replyLost ? bed.Store.ThrowAfter(Writing) : bed.Store.Throw(Writing);
        await InvalidateAsync(bed.Cache, how);

        // Reads work: the store would give the old value to whoever trusted it.
        Assert.NotEqual("old", await bed.Cache.GetAsync<string>("k").Soon());
        Assert.NotEqual("old", (await bed.Cache.GetManyAsync<string>(["k"]).Soon()).GetValueOrDefault("k"));
        Assert.NotEqual("old", await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<string>("made"), options: Tagged).Soon());

        down.End();
        Assert.NotEqual("old", await bed.Cache.GetAsync<string>("k").Soon());
        await RecoverAsync(bed);
        Assert.NotEqual("old", await bed.Cache.GetAsync<string>("k").Soon());
        string? seen = await bed.Another().GetAsync<string>("k").Soon();
        Assert.NotEqual("old", seen);
        if (how == How.Set)
            Assert.Equal("new", seen);
    }

    [Fact]
    public async Task Of_several_changes_of_a_key_only_the_newest_is_repeated()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        Fault down = bed.Store.Throw(Writing);
        await bed.Cache.SetAsync("k", 1, Day).Soon();
        await bed.Cache.SetAsync("k", 2, Day).Soon();
        await bed.Cache.RemoveAsync("k").Soon();
        await bed.Cache.SetAsync("k", 3, Day).Soon();
        down.End();
        bed.Store.ForgetCalls();
        await RecoverAsync(bed);

        Assert.Equal(1, bed.Store.Count(StoreCalls.Set | StoreCalls.Remove));
        Assert.Equal(3, await bed.Another().GetAsync<int>("k").Soon());
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task Clears_are_repeated_before_what_was_set_after_them_and_end_what_was_set_before(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        Fault down = bed.Store.Throw(Writing);
        await bed.Cache.SetAsync("before", 1, options: Tagged).Soon();
        await bed.Cache.RemoveByTagAsync("t").Soon();
        await bed.Cache.SetAsync("between", 2, Day).Soon();
        await bed.Cache.ClearAsync().Soon();
        await bed.Cache.SetAsync("after", 3, options: Tagged).Soon();
        Assert.Equal((0, 0, 3), (bed.Cache.Get<int>("before"), bed.Cache.Get<int>("between"), bed.Cache.Get<int>("after")));
        down.End();
        await RecoverAsync(bed);

        Cache other = bed.Another();
        Assert.Equal((0, 0, 3), (other.Get<int>("before"), other.Get<int>("between"), other.Get<int>("after")));
        Assert.Equal(3, bed.Cache.Get<int>("after"));
    }

    [Fact]
    public async Task What_a_factory_made_is_not_repeated_only_what_it_replaced_is_removed()
    {
        await using var bed = new Testbed(StoreKind.Plain, static options => options.Grace = Day);
        await bed.Cache.SetAsync("k", "old", TimeSpan.FromSeconds(1)).Soon();
        bed.Advance(TimeSpan.FromSeconds(2));
        Fault down = bed.Store.Throw(Writing);
        Assert.Equal("made", await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<string>("made"), Day).Soon());
        down.End();
        bed.Store.ForgetCalls();
        await RecoverAsync(bed);

        Assert.Equal((0, 1), (bed.Store.Count(StoreCalls.Set), bed.Store.Count(StoreCalls.Remove)));
        Assert.Equal("made", bed.Cache.Get<string>("k"));
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task More_failures_than_can_be_remembered_clear_everything_and_nothing_old_comes_back(StoreKind kind)
    {
        await using var bed = new Testbed(kind, static options => options.Store.RecoveryCapacity = 3);
        string[] keys = [.. Enumerable.Range(0, 8).Select(static i => $"k{i}")];
        foreach (string key in keys)
            await bed.Cache.SetAsync(key, "old", Day).Soon();
        Fault down = bed.Store.Throw(Writing);
        foreach (string key in keys)
            await bed.Cache.RemoveAsync(key).Soon();
        Assert.True(bed.Cache.Statistics.RecoveryOverflows > 0);
        Assert.All(keys, key => Assert.False(bed.Cache.TryGet(key, out string _)));
        down.End();
        Assert.All(keys, key => Assert.False(bed.Cache.TryGet(key, out string _)));
        await RecoverAsync(bed);

        Cache other = bed.Another();
        Assert.All(keys, key => Assert.False(other.TryGet(key, out string _)));
        Assert.All(keys, key => Assert.False(bed.Cache.TryGet(key, out string _)));
    }

    [Fact]
    public async Task A_write_that_lands_after_its_timeout_does_not_overwrite_a_newer_one()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        await bed.Cache.TryGetAsync<int>("k").Soon(); // The store's epochs are known from here on.
        Fault late = bed.Store.Hold(StoreCalls.Set, times: 1, ignoreCancellation: true);
        Task first = bed.Cache.SetAsync("k", 1, Day).AsTask();
        await late.ReachedAsync().Soon();
        bed.Advance(TimeSpan.FromSeconds(2));
        await first.Soon();

        Task second = bed.Cache.SetAsync("k", 2, Day).AsTask();
        Assert.Equal(2, bed.Cache.Get<int>("k"));
        Assert.Equal(0, bed.Store.Count(StoreCalls.Set) - 1);
        late.End();
        await second.Soon();
        await Waiting.UntilAsync(() => bed.Store.Count(StoreCalls.Set) == 2);

        Assert.Equal(2, await bed.Another().GetAsync<int>("k").Soon());
    }

    [Fact]
    public async Task A_pending_value_that_expires_before_the_store_is_back_becomes_a_removal()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        await bed.Cache.SetAsync("k", "old", Day).Soon();
        Fault down = bed.Store.Throw(Writing);
        await bed.Cache.SetAsync("k", "new", TimeSpan.FromSeconds(10)).Soon();
        bed.Advance(TimeSpan.FromSeconds(11));
        Assert.False(bed.Cache.TryGet("k", out string _));
        down.End();
        await RecoverAsync(bed);

        Assert.False(bed.Another().TryGet("k", out string _));
        Assert.False(bed.Cache.TryGet("k", out string _));
    }

    [Fact]
    public async Task Disposal_gives_what_failed_a_last_try()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        Fault down = bed.Store.Throw(Writing);
        await bed.Cache.SetAsync("k", 1, Day).Soon();
        down.End();
        await bed.Cache.DisposeAsync().Soon();

        Assert.Equal(1, await bed.Another().GetAsync<int>("k").Soon());
    }

    [Fact]
    public async Task A_clear_by_another_process_in_between_ends_what_is_repeated_after_it()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        Cache other = bed.Another();
        await bed.Cache.SetAsync("k", 0, Day).Soon();
        Fault down = bed.Store.Throw(Writing);
        await bed.Cache.SetAsync("k", 1, Day).Soon();
        await other.ClearAsync().Soon();
        Assert.False(bed.Cache.TryGet("k", out int _));
        down.End();
        await RecoverAsync(bed);

        Assert.False(bed.Cache.TryGet("k", out int _));
        Assert.False(other.TryGet("k", out int _));
        Assert.False(bed.Another().TryGet("k", out int _));
    }

    private static async Task InvalidateAsync(Cache cache, How how)
    {
        ValueTask done = how switch
        {
            How.Remove => new ValueTask(cache.RemoveAsync("k").AsTask()),
            How.RemoveMany => cache.RemoveManyAsync(["k"]),
            How.Tag => cache.RemoveByTagAsync("t"),
            How.Clear => cache.ClearAsync(),
            How.Pattern => new ValueTask(cache.RemoveByPatternAsync("k*").AsTask()),
            _ => cache.SetAsync("k", "new", options: Tagged),
        };
        await done.Soon();
    }

    // Time passes until nothing waits for the store any more, and what was claimed last has had its answer.
    private static async Task RecoverAsync(Testbed bed)
    {
        int calm = 0;
        await Waiting.UntilAsync(() =>
        {
            bed.Advance(TimeSpan.FromSeconds(1));
            calm = bed.Cache.Statistics.RecoveryPending == 0 ? calm + 1 : 0;
            return calm > 10;
        });
    }
}
