namespace Larder.Tests.Caching;

/// <summary>What the failure policy and eager refresh mean for many keys at once: the same as for one.</summary>
public sealed class ManyPolicyTests
{
    private static readonly EntryOptions Soft = new()
    {
        Grace = TimeSpan.FromHours(1),
        SoftTimeout = TimeSpan.FromMilliseconds(100),
        HardTimeout = TimeSpan.FromSeconds(10),
    };

    private static readonly EntryOptions Eager = new() { EagerRefresh = 0.5 };

    public static TheoryData<StoreKind> Kinds => [.. Enum.GetValues<StoreKind>()];

    private static Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, int>>> Behind(FactoryGate<int> gate, List<string>? asked = null) =>
        async (keys, ct) =>
        {
            asked?.AddRange(keys);
            int value = await gate.RunAsync(ct).ConfigureAwait(false);
            return keys.ToDictionary(key => key, _ => value);
        };

    private static async Task SeedStaleAsync(Testbed bed, EntryOptions options, params string[] keys)
    {
        foreach (string key in keys)
            await bed.Cache.SetAsync(key, 1, options: options).Soon();
        bed.Advance(TimeSpan.FromMinutes(2));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task After_a_failure_the_factory_is_left_in_peace_for_a_while(StoreKind kind)
    {
        await using var bed = new Testbed(kind, static o => o.Grace = TimeSpan.FromHours(1));
        await SeedStaleAsync(bed, new EntryOptions(), "a", "b");
        int calls = 0;
        Task<IReadOnlyDictionary<string, int>> Ask() => bed.Cache.GetOrSetManyAsync<int>(["a", "b"], (_, _) => throw new IOException((++calls).ToString(provider: null))).Soon();
        for (int i = 0; i < 3; i++)
            Assert.Equal([KeyValuePair.Create("a", 1), KeyValuePair.Create("b", 1)], (await Ask()).OrderBy(pair => pair.Key));
        Assert.Equal((1, 6), (calls, bed.Cache.Statistics.StaleHits));

        bed.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, (await Ask()).Count);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Whoever_computes_nothing_is_served_nothing_stale()
    {
        await using var bed = new Testbed(StoreKind.None, static o => o.Grace = TimeSpan.FromHours(1));
        await SeedStaleAsync(bed, new EntryOptions(), "a");
        Assert.Equal(1, (await bed.Cache.GetOrSetManyAsync<int>(["a"], (_, _) => throw new IOException()).Soon())["a"]);

        Assert.Empty(await bed.Cache.GetManyAsync<int>(["a"]).Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_slow_factory_is_answered_with_the_stale_values_after_one_soft_timeout(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await SeedStaleAsync(bed, Soft, "a", "b", "c");
        var gate = new FactoryGate<int>(2) { HonoursToken = true };
        Task<IReadOnlyDictionary<string, int>> call = bed.Cache.GetOrSetManyAsync(["a", "b", "c"], Behind(gate), options: Soft).AsTask();
        await gate.Started;
        // The wait has its timer a moment after the factory has begun. Once it has, one soft timeout is enough for all.
        for (int i = 0; i < 50 && !call.IsCompleted; i++)
        {
            bed.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(call, Task.Delay(20));
        }

        Assert.All((await call.Soon()).Values, static value => Assert.Equal(1, value));
        Assert.Equal((3, 3), (bed.Cache.Statistics.SoftTimeouts, bed.Cache.Statistics.StaleHits));
        await gate.OpenAsync();
        await Waiting.UntilAsync(() => bed.Cache.GetMany<int>(["a", "b", "c"]).Values.Sum() == 6);
    }

    [Fact]
    public async Task All_of_them_together_wait_no_longer_than_one_soft_timeout()
    {
        await using var bed = new Testbed();
        await SeedStaleAsync(bed, Soft, "a", "b", "c");
        var gate = new FactoryGate<int>(2);
        Task<IReadOnlyDictionary<string, int>> call = bed.Cache.GetOrSetManyAsync(["a", "b", "c"], Behind(gate), options: Soft).AsTask();
        await gate.Started;
        bed.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(3, (await call.Soon()).Count);
        await gate.OpenAsync();
    }

    [Fact]
    public async Task What_has_nothing_stale_is_waited_for_and_brings_the_others_along()
    {
        await using var bed = new Testbed();
        await SeedStaleAsync(bed, Soft, "a");
        var gate = new FactoryGate<int>(2);
        Task<IReadOnlyDictionary<string, int>> call = bed.Cache.GetOrSetManyAsync(["a", "b"], Behind(gate), options: Soft).AsTask();
        await gate.Started;
        bed.Advance(TimeSpan.FromSeconds(5));
        Assert.False(call.IsCompleted);
        await gate.OpenAsync();

        Assert.Equal([KeyValuePair.Create("a", 2), KeyValuePair.Create("b", 2)], (await call.Soon()).OrderBy(pair => pair.Key));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_hard_timeout_serves_what_is_stale(StoreKind kind)
    {
        EntryOptions options = Soft with { SoftTimeout = null };
        await using var bed = new Testbed(kind);
        await SeedStaleAsync(bed, options, "a", "b");
        var gate = new FactoryGate<int>(2);
        Task<IReadOnlyDictionary<string, int>> call = bed.Cache.GetOrSetManyAsync(["a", "b"], Behind(gate), options: options).AsTask();
        await gate.Started;
        for (int i = 0; i < 50 && !call.IsCompleted; i++)
        {
            bed.Advance(TimeSpan.FromSeconds(10));
            await Task.WhenAny(call, Task.Delay(20));
        }

        Assert.Equal([KeyValuePair.Create("a", 1), KeyValuePair.Create("b", 1)], (await call.Soon()).OrderBy(pair => pair.Key));
        await gate.OpenAsync();
    }

    [Fact]
    public async Task What_only_the_store_has_stale_is_served_as_well()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        await bed.Another().SetAsync("a", 1, options: Soft).Soon();
        bed.Advance(TimeSpan.FromMinutes(2));
        var gate = new FactoryGate<int>(2);
        Task<IReadOnlyDictionary<string, int>> call = bed.Cache.GetOrSetManyAsync(["a"], Behind(gate), options: Soft).AsTask();
        await gate.Started;
        for (int i = 0; i < 50 && !call.IsCompleted; i++)
        {
            bed.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(call, Task.Delay(20));
        }

        Assert.Equal(1, (await call.Soon())["a"]);
        await gate.OpenAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_synchronous_caller_does_not_wait_longer_than_its_timeout_for_a_synchronous_factory(bool stale)
    {
        await using var bed = new Testbed();
        if (stale)
            await SeedStaleAsync(bed, Soft, "a");
        var gate = new FactoryGate<int>(2);
        Task<IReadOnlyDictionary<string, int>> call = Task.Factory.StartNew(
            () => bed.Cache.GetOrSetMany(
                ["a"],
                (keys, ct) =>
                {
                    int value = gate.Run(ct);
                    return keys.ToDictionary(key => key, _ => value);
                },
                options: Soft),
            TaskCreationOptions.LongRunning);
        await gate.Started;
        for (int i = 0; i < 200 && !call.IsCompleted; i++)
        {
            bed.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(call, Task.Delay(20));
        }

        if (stale)
            Assert.Equal(1, (await call.Soon())["a"]);
        else
            await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());
        await gate.OpenAsync();
        await Waiting.UntilAsync(() => bed.Cache.Get<int>("a") == 2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Late_hits_are_renewed_together_and_not_waited_for(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        foreach (string key in (string[])["a", "b"])
            await bed.Cache.SetAsync(key, 1, options: Eager).Soon();
        bed.Advance(TimeSpan.FromSeconds(30));
        await bed.Cache.SetAsync("young", 1, options: Eager).Soon();
        var gate = new FactoryGate<int>(2);
        var asked = new List<string>();
        for (int i = 0; i < 3; i++)
            Assert.Equal(3, (await bed.Cache.GetOrSetManyAsync(["a", "young", "b"], Behind(gate, asked), options: Eager).Soon()).Values.Sum());
        await gate.Started;
        Assert.Equal(["a", "b"], asked);
        Assert.Equal(1, gate.Calls);
        await gate.OpenAsync();
        await Waiting.UntilAsync(() => bed.Cache.Get<int>("a") == 2 && bed.Cache.Get<int>("b") == 2);

        Assert.Equal(TimeSpan.FromMinutes(1), bed.Cache.GetTimeToLive("b").Remaining);
        Assert.Equal((2, 1), (bed.Cache.Statistics.EagerRefreshes, bed.Cache.Get<int>("young")));
        if (bed.HasStore)
            await Waiting.UntilAsync(() => bed.Another().Get<int>("b") == 2);
    }

    [Fact]
    public async Task What_another_process_renews_already_is_left_to_it()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        foreach (string key in (string[])["a", "b"])
            await bed.Cache.SetAsync(key, 1, options: Eager).Soon();
        Cache another = bed.Another();
        Assert.Equal(1, await another.GetOrSetAsync<int>("a", (CancellationToken _) => throw new InvalidOperationException("It is there."), options: Eager).Soon());
        bed.Advance(TimeSpan.FromSeconds(40));
        var theirs = new FactoryGate<int>(5);
        await another.GetOrSetAsync("a", theirs.RunAsync, options: Eager).Soon();
        await theirs.Started;

        var ours = new FactoryGate<int>(2);
        var asked = new List<string>();
        Assert.Equal(2, (await bed.Cache.GetOrSetManyAsync(["a", "b"], Behind(ours, asked), options: Eager).Soon()).Values.Sum());
        await ours.Started;
        await ours.OpenAsync();
        await Waiting.UntilAsync(() => bed.Cache.Get<int>("b") == 2);
        Assert.Equal(1, bed.Cache.Get<int>("a"));
        await theirs.OpenAsync();
        await Waiting.UntilAsync(() => bed.Cache.Get<int>("a") == 5);

        Assert.Equal(["b"], asked);
        Assert.Equal(5, bed.Another().Get<int>("a"));
    }

    [Fact]
    public async Task A_renewal_that_fails_leaves_the_values_and_is_not_tried_again_at_every_hit()
    {
        await using var bed = new Testbed();
        await bed.Cache.SetAsync("a", 1, options: Eager).Soon();
        bed.Advance(TimeSpan.FromSeconds(40));
        int calls = 0;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(1, (await bed.Cache.GetOrSetManyAsync<int>(["a"], (_, _) => throw new IOException(Interlocked.Increment(ref calls).ToString(provider: null)), options: Eager).Soon())["a"]);
            await Waiting.UntilAsync(() => bed.Cache.Statistics.FactoryFailures == 1);
        }

        Assert.Equal((1, 1), (calls, bed.Cache.Statistics.EagerRefreshes));
    }

    [Fact]
    public async Task A_value_removed_while_its_renewal_runs_does_not_come_back()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        await bed.Cache.SetAsync("a", 1, options: Eager).Soon();
        await bed.Cache.SetAsync("b", 1, options: Eager).Soon();
        bed.Advance(TimeSpan.FromSeconds(40));
        var gate = new FactoryGate<int>(2);
        await bed.Cache.GetOrSetManyAsync(["a", "b"], Behind(gate), options: Eager).Soon();
        await gate.Started;
        await bed.Cache.RemoveAsync("a").Soon();
        await gate.OpenAsync();
        await Waiting.UntilAsync(() => bed.Cache.Get<int>("b") == 2);

        Assert.False(bed.Cache.Contains("a"));
        Assert.False(bed.Another().Contains("a"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_factory_that_returns_no_dictionary_has_failed_and_holds_nobody_up(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => bed.Cache.GetOrSetManyAsync<int>(["a", "b"], (_, _) => new(result: null!)).Soon());

        Assert.Contains("must return a dictionary", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, bed.Cache.Statistics.FactoryFailures);
        // Also for whoever would have to wait for a lease.
        Assert.Equal(3, await bed.Another().GetOrSetAsync("a", _ => new ValueTask<int>(3)).Soon());
    }

    [Fact]
    public async Task A_failure_that_nobody_sees_is_told_as_hidden()
    {
        await using var bed = new Testbed();
        await SeedStaleAsync(bed, Soft, "a", "b");
        var hidden = new List<bool>();
        bed.Cache.Events.FactoryFailed += (_, failed) => hidden.Add(failed.Hidden);
        await bed.Cache.GetOrSetManyAsync<int>(["a", "b"], (_, _) => throw new IOException(), options: Soft).Soon();
        await Assert.ThrowsAsync<IOException>(() => bed.Cache.GetOrSetManyAsync<int>(["b", "c"], (_, _) => throw new IOException(), options: Soft with { GraceThrottle = TimeSpan.FromTicks(1) }).Soon());

        Assert.Equal([true, false], hidden);
    }
}
