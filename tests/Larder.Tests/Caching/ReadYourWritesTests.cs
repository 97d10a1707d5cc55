using Larder.Conformance.Faults;

namespace Larder.Tests.Caching;

/// <summary>G2: after a write or a removal has returned, this process never reads what was there before.</summary>
public sealed class ReadYourWritesTests
{
    public static TheoryData<Invalidation, StoreKind> Cases
    {
        get
        {
            var cases = new TheoryData<Invalidation, StoreKind>();
            foreach (Invalidation how in Enum.GetValues<Invalidation>())
            {
                foreach (StoreKind kind in Enum.GetValues<StoreKind>())
                    cases.Add(how, kind);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task No_way_of_reading_finds_the_old_value(Invalidation how, StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        Cache cache = Subject.In(bed.Cache);
        await cache.SetAsync(Subject.Key, "old", options: Subject.Options).Soon();
        Assert.Equal("old", cache.Get<string>(Subject.Key));
        await how.ApplyAsync(bed.Cache);

        bool set = how.IsSet();
        Assert.Equal(set, cache.Contains(Subject.Key));
        Assert.Equal(set ? Subject.SetValue : null, cache.Get<string>(Subject.Key));
        Assert.Equal(set ? 1 : 0, (await cache.GetManyAsync<string>([Subject.Key]).Soon()).Count);
        Assert.Equal(set, (await cache.GetTimeToLiveAsync(Subject.Key).Soon()).Found);
        Assert.Equal(set, await cache.RefreshAsync(Subject.Key).Soon());
        Assert.Equal(set ? Subject.SetValue : "new", await cache.GetOrSetAsync(Subject.Key, _ => new ValueTask<string>("new")).Soon());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Not_even_while_the_store_does_not_answer(Invalidation how, StoreKind kind)
    {
        if (kind == StoreKind.None)
            kind = StoreKind.Plain;
        await using var bed = new Testbed(kind);
        Cache cache = Subject.In(bed.Cache);
        await cache.SetAsync(Subject.Key, "old", options: Subject.Options).Soon();
        bed.Advance(TimeSpan.FromSeconds(1));
        using Fault down = bed.Store.Throw(StoreCalls.Writes | StoreCalls.Scan);
        await how.ApplyAsync(bed.Cache);

        Assert.Equal(how.IsSet() ? Subject.SetValue : null, await cache.GetAsync<string>(Subject.Key).Soon());
        // Nor out of the store, which still has it.
        Assert.Equal(how.IsSet() ? Subject.SetValue : null, (await cache.TryGetAsync<string>(Subject.Key, new() { Tiers = Tiers.Store }).Soon()).Or());
    }

    [Theory]
    [InlineData(StoreKind.None)]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task Whoever_joins_a_flight_after_a_tag_was_removed_does_not_get_its_value(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        Cache cache = Subject.In(bed.Cache);
        var first = new FactoryGate<string>("old");
        Task<string> before = cache.GetOrSetAsync(Subject.Key, first.RunAsync, options: Subject.Options).AsTask();
        await first.Started;
        await Invalidation.Tag.ApplyAsync(bed.Cache);
        Task<string>[] after = [.. Enumerable.Range(0, 5).Select(_ => cache.GetOrSetAsync(Subject.Key, _ => new ValueTask<string>("new"), options: Subject.Options).AsTask())];
        await first.OpenAsync();

        Assert.Equal("old", await before.Soon());
        Assert.All(await Task.WhenAll(after).Soon(), value => Assert.Equal("new", value));
        Assert.Equal("new", cache.Get<string>(Subject.Key));
    }

    [Fact]
    public async Task Whoever_joins_after_a_tag_that_the_entry_does_not_carry_was_removed_shares_the_flight()
    {
        await using var bed = new Testbed();
        Cache cache = Subject.In(bed.Cache);
        var gate = new FactoryGate<string>("value");
        Task<string> before = cache.GetOrSetAsync(Subject.Key, gate.RunAsync, options: Subject.Options).AsTask();
        await gate.Started;
        await cache.RemoveByTagAsync("unrelated").Soon();
        Task<string> after = cache.GetOrSetAsync(Subject.Key, gate.RunAsync, options: Subject.Options).AsTask();
        await gate.OpenAsync();

        Assert.Equal(("value", "value"), (await before.Soon(), await after.Soon()));
        Assert.Equal(1, gate.Calls);
    }

    [Fact]
    public async Task Several_invalidations_in_a_row_void_every_run_before_them()
    {
        await using var bed = new Testbed();
        var gates = Enumerable.Range(0, 4).Select(i => new FactoryGate<int>(i)).ToArray();
        var calls = new List<Task<int>>();
        foreach (FactoryGate<int> gate in gates)
        {
            calls.Add(bed.Cache.GetOrSetAsync("k", gate.RunAsync).AsTask());
            await gate.Started;
            bed.Cache.Remove("k");
        }

        foreach (FactoryGate<int> gate in Enumerable.Reverse(gates))
            await gate.OpenAsync();
        int[] computed = await Task.WhenAll(calls).Soon();
        Assert.Equal([0, 1, 2, 3], computed);
        Assert.False(bed.Cache.Contains("k"));
    }

    [Theory]
    [InlineData(StoreKind.None, true)]
    [InlineData(StoreKind.Plain, true)]
    [InlineData(StoreKind.Capable, true)]
    public async Task A_removal_tells_whether_there_was_something(StoreKind kind, bool expected)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("k", 1).Soon();

        Assert.Equal(expected, await bed.Cache.RemoveAsync("k").Soon());
        Assert.False(await bed.Cache.RemoveAsync("k").Soon());
        if (bed.HasStore)
        {
            await bed.Another().SetAsync("stored", 1).Soon();
            Assert.True(await bed.Cache.RemoveAsync("stored").Soon());
        }
    }
}
