namespace Larder.Tests.Caching;

/// <summary>Copies for callers who change what they get.</summary>
public sealed class CloneTests
{
    private static readonly EntryOptions Cloned = new() { CloneOnRead = true };

    private static List<int> Changed(List<int> list)
    {
        list.Add(-1);
        return list;
    }

    [Fact]
    public async Task Without_it_everybody_shares_one_value()
    {
        await using var bed = new Testbed();
        List<int> first = await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<List<int>>([1])).Soon();

        Assert.Same(first, bed.Cache.Get<List<int>>("k"));
    }

    [Fact]
    public async Task With_it_nobody_sees_what_another_did_to_the_value()
    {
        await using var bed = new Testbed(configure: o => o.CloneOnRead = true);
        Changed(await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<List<int>>([1])).Soon());
        Changed(bed.Cache.GetOrSet("k", _ => new List<int>()));
        Changed(bed.Cache.Get<List<int>>("k")!);
        Assert.True(bed.Cache.TryGet("k", out List<int> found));
        Changed(found);
        Changed((await bed.Cache.GetManyAsync<List<int>>(["k"]).Soon())["k"]);
        Changed((await bed.Cache.GetOrSetManyAsync<List<int>>(["k"], (_, _) => throw new InvalidOperationException("must not run")).Soon())["k"]);
        Changed((await bed.Cache.TryGetAsync<List<int>>("k").Soon()).Value);

        Assert.Equal([1], bed.Cache.Get<List<int>>("k"));
    }

    [Fact]
    public async Task An_entry_can_ask_for_it_alone()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", new List<int> { 1 }, options: Cloned);
        Changed(bed.Cache.Get<List<int>>("k")!);

        Assert.Equal([1], bed.Cache.Get<List<int>>("k"));
    }

    [Fact]
    public async Task A_caller_can_ask_for_it_alone()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", new List<int> { 1 });
        Changed((await bed.Cache.TryGetAsync<List<int>>("k", Cloned).Soon()).Value);

        Assert.Equal([1], bed.Cache.Get<List<int>>("k"));
    }

    [Fact]
    public async Task Everybody_who_waits_for_a_flight_gets_a_copy()
    {
        await using var bed = new Testbed(configure: o => o.CloneOnRead = true);
        var gate = new FactoryGate<List<int>>([1]);
        Task<List<int>>[] callers = [.. Enumerable.Range(0, 3).Select(_ => bed.Cache.GetOrSetAsync("k", gate.RunAsync).AsTask())];
        await gate.OpenAsync();
        List<int>[] values = await Task.WhenAll(callers).Soon();

        Assert.Equal(3, values.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.All(values, value => Assert.Equal([1], value));
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task What_came_from_the_store_is_copied_as_well(StoreKind kind)
    {
        await using var bed = new Testbed(kind, o => o.CloneOnRead = true);
        await bed.Another().SetAsync("k", new List<int> { 1 }).Soon();
        Changed((await bed.Cache.GetAsync<List<int>>("k").Soon())!);
        Changed(await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<List<int>>([])).Soon());

        Assert.Equal([1], bed.Cache.Get<List<int>>("k"));
    }

    [Fact]
    public async Task What_is_served_stale_is_copied_as_well()
    {
        await using var bed = new Testbed(configure: o =>
        {
            o.CloneOnRead = true;
            o.Grace = TimeSpan.FromHours(1);
        });
        bed.Cache.Set("k", new List<int> { 1 });
        bed.Advance(TimeSpan.FromMinutes(2));
        ValueTask<List<int>> Fail(EntryContext entry, CancellationToken _)
        {
            if (entry.TryGetStale(out List<int> stale))
                Changed(stale);
            throw new IOException();
        }

        Changed(await bed.Cache.GetOrSetAsync<List<int>>("k", Fail).Soon());
        Assert.Equal([1], await bed.Cache.GetOrSetAsync<List<int>>("k", Fail).Soon());
    }

    [Fact]
    public async Task What_cannot_change_is_not_copied()
    {
        await using var bed = new Testbed(configure: o => o.CloneOnRead = true);
        string value = new('x', 100);
        bed.Cache.Set("k", value);

        Assert.Same(value, bed.Cache.Get<string>("k"));
    }
}
