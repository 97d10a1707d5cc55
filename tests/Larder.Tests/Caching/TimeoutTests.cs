namespace Larder.Tests.Caching;

/// <summary>How long a caller waits for a factory, and what becomes of the factory then.</summary>
public sealed class TimeoutTests : IAsyncDisposable
{
    private static readonly EntryOptions Soft = new()
    {
        Grace = TimeSpan.FromHours(1),
        SoftTimeout = TimeSpan.FromMilliseconds(100),
        HardTimeout = TimeSpan.FromSeconds(10),
    };

    private static readonly EntryOptions Hard = new() { HardTimeout = TimeSpan.FromSeconds(10) };

    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    private async Task SeedStaleAsync(EntryOptions options)
    {
        await Cache.SetAsync("k", "stale", options: options).Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_slow_factory_is_answered_with_the_stale_value_and_completes_in_the_background()
    {
        await SeedStaleAsync(Soft);
        var gate = new FactoryGate<string>("new") { HonoursToken = true };
        Task<string> call = Cache.GetOrSetAsync("k", gate.RunAsync, options: Soft).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(call.IsCompleted);
        _bed.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("stale", await call.Soon());
        Assert.Equal((1, 1), (Cache.Statistics.SoftTimeouts, Cache.Statistics.StaleHits));
        await gate.OpenAsync();
        Assert.Equal("new", Cache.Get<string>("k"));
    }

    [Fact]
    public async Task Those_who_come_while_it_completes_wait_for_the_same_run()
    {
        await SeedStaleAsync(Soft);
        var gate = new FactoryGate<string>("new");
        Task<string> first = Cache.GetOrSetAsync("k", gate.RunAsync, options: Soft).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(1));
        await first.Soon();
        Task<string> second = Cache.GetOrSetAsync("k", gate.RunAsync, options: Soft).AsTask();
        await gate.OpenAsync();

        Assert.Equal("new", await second.Soon());
        Assert.Equal(1, gate.Calls);
    }

    [Fact]
    public async Task Without_completion_in_the_background_the_slow_factory_is_cancelled()
    {
        EntryOptions options = Soft with { CompleteInBackground = false };
        await SeedStaleAsync(options);
        var gate = new FactoryGate<string>("new");
        Task<string> call = Cache.GetOrSetAsync("k", gate.RunAsync, options: options).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("stale", await call.Soon());
        Assert.True(gate.Token.IsCancellationRequested);
        await gate.OpenAsync();
        Assert.False(Cache.Contains("k"));
    }

    [Fact]
    public async Task Without_anything_stale_the_soft_timeout_means_nothing()
    {
        var gate = new FactoryGate<string>("new");
        Task<string> call = Cache.GetOrSetAsync("k", gate.RunAsync, options: Soft).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(9));

        Assert.False(call.IsCompleted);
        await gate.OpenAsync();
        Assert.Equal("new", await call.Soon());
    }

    [Fact]
    public async Task A_factory_that_exceeds_the_hard_timeout_is_an_error_and_completes_in_the_background()
    {
        var gate = new FactoryGate<string>("new") { HonoursToken = true };
        Task<string> call = Cache.GetOrSetAsync("k", gate.RunAsync, options: Hard).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(10));

        TimeoutException error = await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());
        Assert.Contains("'k'", error.Message, StringComparison.Ordinal);
        Assert.Contains("10000 ms", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Cache.Statistics.HardTimeouts);
        await gate.OpenAsync();
        Assert.Equal("new", Cache.Get<string>("k"));
    }

    [Fact]
    public async Task A_timeout_is_one_callers_and_not_the_others()
    {
        var gate = new FactoryGate<string>("new") { HonoursToken = true };
        Task<string> patient = Cache.GetOrSetAsync("k", gate.RunAsync).AsTask();
        Task<string> hurried = Cache.GetOrSetAsync("k", gate.RunAsync, options: Hard with { CompleteInBackground = false }).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<TimeoutException>(() => hurried.Soon());
        Assert.False(gate.Token.IsCancellationRequested);
        await gate.OpenAsync();
        Assert.Equal("new", await patient.Soon());
    }

    [Fact]
    public async Task The_hard_timeout_serves_what_is_stale()
    {
        EntryOptions options = Hard with { Grace = TimeSpan.FromHours(1) };
        await SeedStaleAsync(options);
        var gate = new FactoryGate<string>("new");
        Task<string> call = Cache.GetOrSetAsync("k", gate.RunAsync, options: options).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("stale", await call.Soon());
        await gate.OpenAsync();
    }

    [Theory]
    [InlineData(Invalidation.Remove)]
    [InlineData(Invalidation.Tag)]
    [InlineData(Invalidation.Pattern)]
    [InlineData(Invalidation.ClearPartition)]
    [InlineData(Invalidation.ClearCollection)]
    [InlineData(Invalidation.ClearOwner)]
    [InlineData(Invalidation.ClearEverything)]
    public async Task A_value_removed_while_its_factory_is_slow_is_not_served_stale(Invalidation how)
    {
        Cache cache = Subject.In(Cache);
        EntryOptions options = Soft with { Tags = Subject.Options.Tags };
        await cache.SetAsync(Subject.Key, "stale", options: options).Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));
        var gate = new FactoryGate<string>("new");
        Task<string> call = cache.GetOrSetAsync(Subject.Key, gate.RunAsync, options: options).AsTask();
        await gate.Started;
        await how.ApplyAsync(Cache);
        _bed.Advance(TimeSpan.FromSeconds(1));

        // Nothing stale is left, so that only the hard timeout counts; and the run is still the caller's own.
        await gate.OpenAsync();
        Assert.Equal("new", await call.Soon());
        Assert.Equal(0, Cache.Statistics.StaleHits);
    }

    [Fact]
    public async Task A_stale_value_whose_grace_ends_while_its_factory_is_slow_is_not_served()
    {
        EntryOptions options = Soft with { Grace = TimeSpan.FromSeconds(1), SoftTimeout = TimeSpan.FromSeconds(5) };
        await Cache.SetAsync("k", "stale", options: options).Soon();
        _bed.Advance(TimeSpan.FromSeconds(60.5));
        var gate = new FactoryGate<string>("new");
        Task<string> call = Cache.GetOrSetAsync("k", gate.RunAsync, options: options).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(6));
        await gate.OpenAsync();

        Assert.Equal("new", await call.Soon());
    }

    [Fact]
    public async Task A_synchronous_caller_does_not_wait_longer_than_its_timeout_for_a_synchronous_factory()
    {
        await SeedStaleAsync(Soft);
        var gate = new FactoryGate<string>("new");
        Task<string> call = Task.Factory.StartNew(() => Cache.GetOrSet("k", gate.Run, options: Soft), TaskCreationOptions.LongRunning);
        await gate.Started;
        // The wait has its timer a moment after the factory has begun.
        while (!call.IsCompleted)
        {
            _bed.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal("stale", await call.Soon());
        await gate.OpenAsync();
        await Waiting.UntilAsync(() => Cache.Get<string>("k") == "new");
    }

    [Fact]
    public async Task A_hard_timeout_is_a_miss_in_the_statistics()
    {
        var gate = new FactoryGate<string>("new");
        Task<string> call = Cache.GetOrSetAsync("k", gate.RunAsync, options: Hard).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());

        Assert.Equal((1, 0, 0), (Cache.Statistics.Misses, Cache.Statistics.Hits, Cache.Statistics.StaleHits));
        await gate.OpenAsync();
    }

    [Fact]
    public async Task Many_keys_have_one_timeout_together()
    {
        var gate = new FactoryGate<int>(1);
        Task call = Cache.GetOrSetManyAsync<int>(
            ["a", "b", "c"],
            async (keys, ct) =>
            {
                int value = await gate.RunAsync(ct).ConfigureAwait(false);
                return keys.ToDictionary(key => key, _ => value);
            },
            options: Hard).AsTask();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());
        await gate.OpenAsync();
        Assert.Equal((1, 1, 1), (Cache.Get<int>("a"), Cache.Get<int>("b"), Cache.Get<int>("c")));
    }
}
