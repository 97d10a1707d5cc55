using Larder.Conformance.Faults;

namespace Larder.Tests.Caching;

/// <summary>Many keys at once.</summary>
public sealed class ManyTests
{
    public static TheoryData<StoreKind> Kinds => [.. Enum.GetValues<StoreKind>()];

    private static ValueTask<IReadOnlyDictionary<string, string>> Upper(IEnumerable<string> keys) =>
        new(keys.ToDictionary(key => key, key => key.ToUpperInvariant()));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_there_is_read_and_what_is_not_is_left_out(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        Cache writer = bed.HasStore ? bed.Another() : bed.Cache;
        await writer.SetAsync("a", "A").Soon();
        await writer.SetAsync<string?>("null", null).Soon();
        await bed.Cache.SetAsync("b", "B").Soon();

        IReadOnlyDictionary<string, string?> values = await bed.Cache.GetManyAsync<string?>(["a", "b", "c", "null", "a"]).Soon();
        Assert.Equal(["a", "b", "null"], values.Keys.Order());
        Assert.Equal(("A", "B", null), (values["a"], values["b"], values["null"]));
        Assert.Equal((3, 1), (bed.Cache.Statistics.Hits, bed.Cache.Statistics.Misses));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_factory_gets_only_the_missing_keys_each_once(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        Cache writer = bed.HasStore ? bed.Another() : bed.Cache;
        await writer.SetAsync("a", "stored").Soon();
        IReadOnlyList<string> asked = [];
        IReadOnlyDictionary<string, string> values = await bed.Cache.GetOrSetManyAsync<string>(
            ["a", "b", "c", "b"],
            (keys, _) =>
            {
                asked = keys;
                return Upper(keys);
            }).Soon();

        Assert.Equal(["b", "c"], asked);
        Assert.Equal(["a", "b", "c"], values.Keys.Order());
        Assert.Equal(("stored", "B", "C"), (values["a"], values["b"], values["c"]));
        Assert.Equal("B", await bed.Cache.GetAsync<string>("b").Soon());
        if (bed.HasStore)
            Assert.Equal("C", await bed.Another().GetAsync<string>("c").Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_null_that_the_factory_brings_is_a_value(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        IReadOnlyDictionary<string, string?> values = await bed.Cache.GetOrSetManyAsync<string?>(["a"], (_, _) => new(new Dictionary<string, string?> { ["a"] = null })).Soon();

        Assert.Equal([KeyValuePair.Create("a", (string?)null)], values);
        Assert.Equal([KeyValuePair.Create("a", (string?)null)], await bed.Cache.GetOrSetManyAsync<string?>(["a"], (_, _) => throw new InvalidOperationException("It is there.")).Soon());
    }

    [Fact]
    public async Task When_all_are_there_the_factory_does_not_run()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("a", 1);

        Assert.Equal(1, (await bed.Cache.GetOrSetManyAsync<int>(["a"], (_, _) => throw new InvalidOperationException("must not run")).Soon())["a"]);
        Assert.Empty(await bed.Cache.GetOrSetManyAsync<int>([], (_, _) => throw new InvalidOperationException("must not run")).Soon());
    }

    [Fact]
    public async Task A_key_that_the_factory_leaves_out_is_absent_and_not_cached()
    {
        await using var bed = new Testbed();
        IReadOnlyDictionary<string, string> values = await bed.Cache.GetOrSetManyAsync<string>(["a", "b"], (_, _) => Upper(["a"])).Soon();

        Assert.Equal(["a"], values.Keys);
        Assert.False(bed.Cache.Contains("b"));
        Assert.Equal("other", await bed.Cache.GetOrSetAsync("b", _ => new ValueTask<string>("other")).Soon());
    }

    [Fact]
    public async Task A_factory_may_return_a_task_or_be_an_async_lambda_and_bring_any_dictionary()
    {
        await using var bed = new Testbed();
        ICache cache = bed.Cache;
        static Task<Dictionary<string, int>> Query(IReadOnlyList<string> keys, CancellationToken ct) => Task.FromResult(keys.ToDictionary(key => key, key => key.Length));
        static Task<IReadOnlyDictionary<string, int>> Load(IReadOnlyList<string> keys, CancellationToken ct) => Task.FromResult<IReadOnlyDictionary<string, int>>(keys.ToDictionary(key => key, key => key.Length));

        Assert.Equal(2, (await cache.GetOrSetManyAsync(["aa"], Query).Soon())["aa"]);
        Assert.Equal(2, (await cache.GetOrSetManyAsync(["bb"], Load).Soon())["bb"]);
        Assert.Equal(2, (await cache.GetOrSetManyAsync(["cc"], (keys, ct) => Query(keys, ct)).Soon())["cc"]);
        Assert.Equal(2, (await cache.GetOrSetManyAsync(["dd"], async (keys, ct) => await Query(keys, ct).ConfigureAwait(false)).Soon())["dd"]);
        Assert.Equal(2, (await cache.GetOrSetManyAsync(["ee"], async (keys, ct) => await Load(keys, ct).ConfigureAwait(false)).Soon())["ee"]);
        Assert.Equal(5, cache.Statistics.Entries);
    }

    [Fact]
    public async Task What_the_factory_brings_besides_is_not_kept()
    {
        await using var bed = new Testbed();
        IReadOnlyDictionary<string, string> values = await bed.Cache.GetOrSetManyAsync<string>(["a"], (_, _) => Upper(["a", "x"])).Soon();

        Assert.Equal(["a"], values.Keys);
        Assert.False(bed.Cache.Contains("x"));
    }

    [Fact]
    public async Task Keys_that_somebody_computes_already_are_waited_for()
    {
        await using var bed = new Testbed();
        var gate = new FactoryGate<string>("theirs");
        Task<string> single = bed.Cache.GetOrSetAsync("a", gate.RunAsync).AsTask();
        await gate.Started;
        IReadOnlyList<string> asked = [];
        Task<IReadOnlyDictionary<string, string>> many = bed.Cache.GetOrSetManyAsync<string>(
            ["a", "b"],
            (keys, _) =>
            {
                asked = keys;
                return Upper(keys);
            }).AsTask();
        await gate.OpenAsync();
        IReadOnlyDictionary<string, string> values = await many.Soon();

        Assert.Equal("theirs", await single.Soon());
        Assert.Equal(("theirs", "B"), (values["a"], values["b"]));
        Assert.Equal(["b"], asked);
    }

    [Fact]
    public async Task Callers_with_crossing_keys_do_not_wait_in_a_circle()
    {
        await using var bed = new Testbed();
        var first = new FactoryGate<int>(1);
        var second = new FactoryGate<int>(2);
        Task<IReadOnlyDictionary<string, int>> Ask(FactoryGate<int> gate, params string[] keys) => bed.Cache.GetOrSetManyAsync<int>(
            keys,
            async (wanted, ct) =>
            {
                int value = await gate.RunAsync(ct).ConfigureAwait(false);
                return wanted.ToDictionary(key => key, _ => value);
            }).AsTask();
        Task<IReadOnlyDictionary<string, int>> one = Ask(first, "a", "b");
        Task<IReadOnlyDictionary<string, int>> two = Ask(second, "c", "a");
        Task<IReadOnlyDictionary<string, int>> three = Ask(second, "b", "c");
        await second.OpenAsync();
        await first.OpenAsync();

        Assert.Equal((1, 2), ((await one.Soon())["a"], (await two.Soon())["c"]));
        Assert.Equal((1, 2), ((await three.Soon())["b"], (await three.Soon())["c"]));
    }

    [Fact]
    public async Task A_factory_that_fails_fails_them_all_and_nothing_is_cached()
    {
        await using var bed = new Testbed();
        var error = new IOException();

        Assert.Same(error, await Assert.ThrowsAsync<IOException>(() => bed.Cache.GetOrSetManyAsync<int>(["a", "b"], (_, _) => throw error).Soon()));
        Assert.False(bed.Cache.Contains("a"));
        Assert.Equal(1, await bed.Cache.GetOrSetAsync("b", _ => new ValueTask<int>(1)).Soon());
    }

    [Fact]
    public async Task What_nobody_waits_for_any_more_is_not_asked_of_the_factory()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        Fault held = bed.Store.HoldReply(StoreCalls.GetMany);
        using var cancellation = new CancellationTokenSource();
        var asked = new List<string>();
        Task many = bed.Cache.GetOrSetManyAsync<string>(
            ["a", "b"],
            (missing, _) =>
            {
                asked.AddRange(missing);
                return Upper(missing);
            },
            cancellationToken: cancellation.Token).AsTask();
        await held.ReachedAsync().Soon();
        Task<string> one = bed.Cache.GetOrSetAsync("a", _ => new ValueTask<string>("never asked")).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many.Soon());
        held.End();

        Assert.Equal("A", await one.Soon());
        Assert.Equal(["a"], asked);
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task The_store_is_asked_for_all_of_them_in_one_call(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        string[] keys = [.. Enumerable.Range(0, 50).Select(i => $"k{i}")];
        await bed.Cache.GetManyAsync<string>(keys).Soon();
        Assert.Equal(0, bed.Store.Count(StoreCalls.Get));
        Assert.Equal(1, bed.Store.Calls.Count(call => call.Call == StoreCalls.GetMany && call.Keys.Count == 50));

        bed.Store.ForgetCalls();
        await bed.Cache.GetOrSetManyAsync<string>(keys, (missing, _) => Upper(missing)).Soon();
        // With leases once more under them: somebody may have computed some of the values in between.
        Assert.Equal(kind == StoreKind.Capable ? 2 : 1, bed.Store.Calls.Count(call => call.Call == StoreCalls.GetMany && call.Keys.Count == 50));
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task Whoever_asks_for_one_of_them_meanwhile_finds_it(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Another().SetAsync("a", "A").Soon();
        Fault reply = bed.Store.HoldReply(StoreCalls.GetMany, times: 1);
        Task<IReadOnlyDictionary<string, string>> many = Task.Run(() => bed.Cache.GetManyAsync<string>(["a", "b"]).AsTask());
        await reply.ReachedAsync().Soon();
        Task<CacheResult<string>> one = Task.Run(() => bed.Cache.TryGetAsync<string>("a").AsTask());
        // Either it asks for itself, or it waits for those who ask already; it does not take their question for a miss.
        await Task.WhenAny(one, Task.Delay(50));
        reply.End();

        Assert.Equal(new CacheResult<string>("A"), await one.Soon());
        Assert.Equal("A", (await many.Soon())["a"]);
    }

    [Fact]
    public async Task Options_hold_for_every_one_of_them()
    {
        await using var bed = new Testbed();
        await bed.Cache.GetOrSetManyAsync<string>(["a", "b"], (keys, _) => Upper(keys), TimeSpan.FromSeconds(5), new() { Tags = ["t"] }).Soon();
        Assert.Equal(TimeSpan.FromSeconds(5), bed.Cache.GetTimeToLive("b").Remaining);
        bed.Cache.RemoveByTag("t");

        Assert.Empty(await bed.Cache.GetManyAsync<string>(["a", "b"]).Soon());
    }

    [Fact]
    public async Task A_null_among_the_keys_is_refused()
    {
        await using var bed = new Testbed();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => bed.Cache.GetManyAsync<string>(["a", null!]).Soon());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => bed.Cache.RemoveManyAsync(["a", null!]).Soon());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => bed.Cache.GetOrSetManyAsync<string>(["a", null!], (keys, _) => Upper(keys)).Soon());

        Assert.Equal(1, await bed.Cache.GetOrSetAsync("a", _ => new ValueTask<int>(1)).Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Many_keys_are_removed_at_once(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        foreach (string key in (string[])["a", "b", "c"])
            await bed.Cache.SetAsync(key, key).Soon();
        await bed.Cache.RemoveManyAsync(["a", "b", "not there", "a"]).Soon();

        Assert.Equal(["c"], (await bed.Cache.GetManyAsync<string>(["a", "b", "c"]).Soon()).Keys);
        if (bed.HasStore)
            Assert.Equal(["c"], (await bed.Another().GetManyAsync<string>(["a", "b", "c"]).Soon()).Keys);
    }
}
