using Larder.Conformance.Faults;

namespace Larder.Tests.Caching;

/// <summary>Where an entry is kept and looked for.</summary>
public sealed class TiersTests
{
    private static readonly EntryOptions Memory = new() { Tiers = Tiers.Memory };
    private static readonly EntryOptions Store = new() { Tiers = Tiers.Store };
    private static readonly EntryOptions Nowhere = new() { Tiers = Tiers.None };

    public static TheoryData<StoreKind> Kinds => [StoreKind.Plain, StoreKind.Capable];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task By_default_an_entry_is_in_both(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<int>(1)).Soon();
        bed.Store.ForgetCalls();

        Assert.Equal(1, bed.Cache.Get<int>("k"));
        Assert.Equal(0, bed.Store.Count());
        Assert.Equal(1, await bed.Another().GetAsync<int>("k").Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_entry_for_memory_only_never_reaches_the_store(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("set", 1, options: Memory).Soon();
        await bed.Cache.GetOrSetAsync("computed", _ => new ValueTask<int>(2), options: Memory).Soon();

        Assert.Equal((1, 2), (bed.Cache.Get<int>("set"), bed.Cache.Get<int>("computed")));
        Assert.Equal(0, bed.Store.Count(StoreCalls.Get | StoreCalls.Set | StoreCalls.SetWithLease));
        Assert.False(await bed.Another().ContainsAsync("set").Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_entry_for_the_store_only_takes_no_memory(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("set", 1, options: Store).Soon();
        await bed.Cache.GetOrSetAsync("computed", _ => new ValueTask<int>(2), options: Store).Soon();

        Assert.Equal(0, bed.Cache.Statistics.Entries);
        Assert.Equal(1, (await bed.Cache.TryGetAsync<int>("set", Store).Soon()).Value);
        Assert.Equal(2, await bed.Cache.GetOrSetAsync("computed", _ => new ValueTask<int>(-1), options: Store).Soon());
        Assert.Equal(0, bed.Cache.Statistics.Entries);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_write_to_the_store_only_replaces_what_memory_had(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("k", "old").Soon();
        await bed.Cache.SetAsync("k", "new", options: Store).Soon();

        Assert.Equal("new", await bed.Cache.GetAsync<string>("k").Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_look_up_in_memory_only_does_not_ask_the_store(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Another().SetAsync("k", 1).Soon();

        Assert.False((await bed.Cache.TryGetAsync<int>("k", Memory).Soon()).Found);
        Assert.Equal(2, await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<int>(2), options: Memory).Soon());
        Assert.Equal(0, bed.Store.Count(StoreCalls.Get));
    }

    [Fact]
    public async Task An_entry_for_nowhere_is_computed_every_time()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        int calls = 0;
        for (int i = 1; i <= 3; i++)
            Assert.Equal(i, await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<int>(++calls), options: Nowhere).Soon());

        Assert.Equal(0, bed.Cache.Statistics.Entries);
        Assert.Equal(0, bed.Store.Count(StoreCalls.Set));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_factory_chooses_the_tier(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.GetOrSetAsync<int>("k", (entry, _) =>
        {
            entry.Tiers = Tiers.Memory;
            return new ValueTask<int>(1);
        }).Soon();

        Assert.Equal(1, bed.Cache.Get<int>("k"));
        Assert.False(await bed.Another().ContainsAsync("k").Soon());
    }

    [Fact]
    public async Task Without_a_store_an_entry_for_the_store_is_kept_nowhere()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", 1, options: Store);

        Assert.False(bed.Cache.Contains("k"));
    }
}
