namespace Larder.Tests.Caching;

/// <summary>What is served when a factory fails.</summary>
public sealed class GraceTests : IAsyncDisposable
{
    private static readonly TimeSpan Throttle = TimeSpan.FromSeconds(30);
    private static readonly InvalidDataException Error = new("the source is down");

    private readonly Testbed _bed = new(configure: o =>
    {
        o.Grace = TimeSpan.FromMinutes(10);
        o.GraceThrottle = Throttle;
    });

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    private static ValueTask<string> Fail(CancellationToken _) => throw Error;

    private async Task SeedStaleAsync(string key = "k")
    {
        await Cache.SetAsync(key, "stale").Soon();
        _bed.Advance(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_failed_factory_is_answered_with_the_stale_value()
    {
        await SeedStaleAsync();

        Assert.Equal("stale", await Cache.GetOrSetAsync("k", Fail).Soon());
        Assert.Equal((1, 1), (Cache.Statistics.StaleHits, Cache.Statistics.FactoryFailures));
    }

    [Fact]
    public async Task A_stale_value_is_a_miss_for_whoever_computes_nothing()
    {
        await SeedStaleAsync();

        Assert.False(Cache.TryGet("k", out string _));
        Assert.False(Cache.Contains("k"));
        Assert.False(Cache.GetTimeToLive("k").Found);
        Assert.False(Cache.SetTimeToLive("k", TimeSpan.FromHours(1)));
        Assert.Empty(await Cache.GetManyAsync<string>(["k"]).Soon());
    }

    [Fact]
    public async Task After_a_failure_the_factory_is_left_in_peace_for_a_while()
    {
        await SeedStaleAsync();
        int calls = 0;
        ValueTask<string> Count(CancellationToken _)
        {
            calls++;
            throw Error;
        }

        Assert.Equal("stale", await Cache.GetOrSetAsync("k", Count).Soon());
        _bed.Advance(Throttle - TimeSpan.FromMilliseconds(1));
        Assert.Equal("stale", await Cache.GetOrSetAsync("k", Count).Soon());
        Assert.Equal("stale", Cache.GetOrSet<string>("k", (CancellationToken _) => throw new InvalidOperationException("must not run")));
        Assert.Equal(1, calls);

        _bed.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("stale", await Cache.GetOrSetAsync("k", Count).Soon());
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task The_throttle_ends_when_a_value_is_set()
    {
        await SeedStaleAsync();
        await Cache.GetOrSetAsync("k", Fail).Soon();
        await Cache.SetAsync("k", "set").Soon();

        Assert.Equal("set", await Cache.GetOrSetAsync("k", Fail).Soon());
    }

    [Fact]
    public async Task A_factory_that_works_again_replaces_the_stale_value()
    {
        await SeedStaleAsync();
        await Cache.GetOrSetAsync("k", Fail).Soon();
        _bed.Advance(Throttle);

        Assert.Equal("new", await Cache.GetOrSetAsync("k", _ => new ValueTask<string>("new")).Soon());
        Assert.Equal("new", Cache.Get<string>("k"));
    }

    [Fact]
    public async Task After_its_grace_a_value_is_not_served_any_more()
    {
        await Cache.SetAsync("k", "stale").Soon();
        _bed.Advance(TimeSpan.FromMinutes(11) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("stale", await Cache.GetOrSetAsync("k", Fail).Soon());
        _bed.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Same(Error, await Assert.ThrowsAsync<InvalidDataException>(() => Cache.GetOrSetAsync("k", Fail).Soon()));
    }

    [Fact]
    public async Task Without_grace_the_failure_is_the_callers()
    {
        EntryOptions none = new() { Grace = TimeSpan.Zero };
        await Cache.SetAsync("k", "old", options: none).Soon();
        _bed.Advance(TimeSpan.FromMinutes(1));

        Assert.Same(Error, await Assert.ThrowsAsync<InvalidDataException>(() => Cache.GetOrSetAsync("k", Fail, options: none).Soon()));
    }

    [Fact]
    public async Task Everybody_who_waits_for_a_failing_factory_gets_the_stale_value()
    {
        await SeedStaleAsync();
        var gate = new FactoryGate<string>("");
        Task<string>[] callers = [.. Enumerable.Range(0, 5).Select(_ => Cache.GetOrSetAsync("k", gate.RunAsync).AsTask())];
        await gate.FailAsync(Error);

        Assert.All(await Task.WhenAll(callers).Soon(), value => Assert.Equal("stale", value));
        Assert.Equal(5, Cache.Statistics.StaleHits);
    }

    [Theory]
    [InlineData(Invalidation.Remove)]
    [InlineData(Invalidation.Tag)]
    [InlineData(Invalidation.Pattern)]
    [InlineData(Invalidation.ClearPartition)]
    [InlineData(Invalidation.ClearCollection)]
    [InlineData(Invalidation.ClearOwner)]
    [InlineData(Invalidation.ClearEverything)]
    public async Task A_removal_takes_the_stale_copy_too(Invalidation how)
    {
        Cache cache = Subject.In(Cache);
        await cache.SetAsync(Subject.Key, "stale", options: Subject.Options).Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));
        await how.ApplyAsync(Cache);

        await Assert.ThrowsAsync<InvalidDataException>(() => cache.GetOrSetAsync(Subject.Key, Fail).Soon());
    }

    [Theory]
    [InlineData(Invalidation.Remove)]
    [InlineData(Invalidation.Tag)]
    [InlineData(Invalidation.Pattern)]
    [InlineData(Invalidation.ClearPartition)]
    [InlineData(Invalidation.ClearEverything)]
    public async Task A_value_removed_while_its_factory_runs_is_not_served_when_that_fails(Invalidation how)
    {
        Cache cache = Subject.In(Cache);
        await cache.SetAsync(Subject.Key, "stale", options: Subject.Options).Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));
        var gate = new FactoryGate<string>("");
        Task<string> call = cache.GetOrSetAsync(Subject.Key, gate.RunAsync, options: Subject.Options).AsTask();
        await gate.Started;
        await how.ApplyAsync(Cache);
        await gate.FailAsync(Error);

        await Assert.ThrowsAsync<InvalidDataException>(() => call.Soon());
        await Assert.ThrowsAsync<InvalidDataException>(() => cache.GetOrSetAsync(Subject.Key, Fail).Soon());
    }

    [Fact]
    public async Task A_value_removed_between_look_up_and_flight_does_not_come_back()
    {
        await SeedStaleAsync();
        // The only thing between the two that anyone can hook into is the span that starts there.
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = source => source.Name == "Larder",
            Sample = (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllData,
        };
        var here = new AsyncLocal<bool> { Value = true };
        int removals = 0;
        listener.ActivityStarted = _ =>
        {
            if (here.Value && Interlocked.Increment(ref removals) == 1)
                Cache.Remove("k");
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);

        await Assert.ThrowsAsync<InvalidDataException>(() => Cache.GetOrSetAsync("k", Fail).Soon());
        await Assert.ThrowsAsync<InvalidDataException>(() => Cache.GetOrSetAsync("k", Fail).Soon());
    }

    [Fact]
    public async Task Many_keys_are_answered_with_what_is_stale_of_them()
    {
        await SeedStaleAsync("a");
        await SeedStaleAsync("b");
        _bed.Advance(TimeSpan.FromMinutes(1));

        IReadOnlyDictionary<string, string> values = await Cache.GetOrSetManyAsync<string>(["a", "b"], (_, _) => throw Error).Soon();
        Assert.Equal("stale", values["a"]);
        Assert.Equal("stale", values["b"]);
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task What_the_store_has_is_served_stale_after_a_restart(StoreKind kind)
    {
        await using var bed = new Testbed(kind, o => o.Grace = TimeSpan.FromMinutes(10));
        await bed.Another().SetAsync("k", "stale").Soon();
        bed.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("stale", await bed.Cache.GetOrSetAsync("k", Fail).Soon());
        Assert.Equal("stale", await bed.Cache.GetOrSetAsync<string>("k", (CancellationToken _) => throw new InvalidOperationException("throttled: must not run")).Soon());
    }

    [Fact]
    public async Task A_slow_factory_is_answered_with_what_the_store_has_stale()
    {
        await using var bed = new Testbed(StoreKind.Plain, o => o.Grace = TimeSpan.FromMinutes(10));
        await bed.Another().SetAsync("k", "stale").Soon();
        bed.Advance(TimeSpan.FromMinutes(2));
        var gate = new FactoryGate<string>("new");
        Task<string> call = bed.Cache.GetOrSetAsync("k", gate.RunAsync, options: new() { SoftTimeout = TimeSpan.FromSeconds(1) }).AsTask();
        await gate.Started;
        bed.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("stale", await call.Soon());
        await gate.OpenAsync();
        Assert.Equal("new", bed.Cache.Get<string>("k"));
    }

    [Fact]
    public async Task A_stale_null_is_served_as_any_other_value()
    {
        await Cache.SetAsync<string?>("k", null).Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));

        Assert.Null(await Cache.GetOrSetAsync<string?>("k", (CancellationToken _) => throw Error).Soon());
    }
}
