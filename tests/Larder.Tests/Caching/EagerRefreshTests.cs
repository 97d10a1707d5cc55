namespace Larder.Tests.Caching;

/// <summary>Entries that are renewed in the background before they expire.</summary>
public sealed class EagerRefreshTests : IAsyncDisposable
{
    private static readonly EntryOptions Eager = new() { EagerRefresh = 0.5 };

    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_hit_late_in_the_life_of_an_entry_renews_it_and_does_not_wait()
    {
        await Cache.SetAsync("k", 1, options: Eager).Soon();
        _bed.Advance(TimeSpan.FromSeconds(30));
        var gate = new FactoryGate<int>(2);

        Assert.Equal(1, await Cache.GetOrSetAsync("k", gate.RunAsync, options: Eager).Soon());
        await gate.Started;
        await gate.OpenAsync();
        await Waiting.UntilAsync(() => Cache.Get<int>("k") == 2);
        Assert.Equal(TimeSpan.FromMinutes(1), Cache.GetTimeToLive("k").Remaining);
        Assert.Equal((1, 1), (Cache.Statistics.EagerRefreshes, Cache.Statistics.FactoryCalls));
    }

    [Fact]
    public async Task A_hit_before_that_share_of_the_ttl_renews_nothing()
    {
        await Cache.SetAsync("k", 1, options: Eager).Soon();
        _bed.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, await Cache.GetOrSetAsync("k", _ => new ValueTask<int>(2), options: Eager).Soon());
        Assert.Equal(0, Cache.Statistics.EagerRefreshes);
    }

    [Fact]
    public async Task Of_an_entry_that_slides_it_is_the_share_of_its_ttl_and_not_of_its_slide()
    {
        EntryOptions options = Eager with { Ttl = TimeSpan.FromMinutes(60), SlidingExpiration = TimeSpan.FromMinutes(10) };
        int calls = 0;
        async Task<int> Ask(EntryOptions? options) => await Cache.GetOrSetAsync("k", _ => new ValueTask<int>(Interlocked.Increment(ref calls)), options: options).Soon();
        await Ask(options);
        for (int minutes = 5; minutes < 30; minutes += 5)
        {
            _bed.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(1, await Ask(options));
        }

        Assert.Equal((1, 0), (calls, Cache.Statistics.EagerRefreshes));
        _bed.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, await Ask(options));
        await Waiting.UntilAsync(() => Cache.Get<int>("k") == 2);

        // Without an end there is no share of it.
        EntryOptions endless = options with { Ttl = Timeout.InfiniteTimeSpan };
        Cache.Set("k", 7, options: endless);
        for (int i = 0; i < 20; i++)
        {
            _bed.Advance(TimeSpan.FromMinutes(9));
            Assert.Equal(7, await Ask(endless));
        }

        Assert.Equal(1, Cache.Statistics.EagerRefreshes);
    }

    [Fact]
    public async Task Many_hits_start_one_renewal()
    {
        await Cache.SetAsync("k", 1, options: Eager).Soon();
        _bed.Advance(TimeSpan.FromSeconds(40));
        var gate = new FactoryGate<int>(2);
        for (int i = 0; i < 10; i++)
            Assert.Equal(1, await Cache.GetOrSetAsync("k", gate.RunAsync, options: Eager).Soon());
        await gate.Started;

        Assert.Equal((1, 1), (gate.Calls, Cache.Statistics.EagerRefreshes));
        await gate.OpenAsync();
    }

    [Fact]
    public async Task A_renewal_that_fails_leaves_the_entry_and_is_not_tried_again_at_every_hit()
    {
        EntryOptions options = Eager with { GraceThrottle = TimeSpan.FromSeconds(10) };
        await Cache.SetAsync("k", 1, options: options).Soon();
        _bed.Advance(TimeSpan.FromSeconds(31));
        int calls = 0;
        ValueTask<int> Fail(CancellationToken _)
        {
            Interlocked.Increment(ref calls);
            throw new InvalidDataException();
        }

        for (int i = 1; i <= 2; i++)
        {
            Assert.Equal(1, await Cache.GetOrSetAsync("k", Fail, options: options).Soon());
            await Waiting.UntilAsync(() => Cache.Statistics.FactoryFailures == i);
            for (int hit = 0; hit < 5; hit++)
                Assert.Equal(1, await Cache.GetOrSetAsync("k", Fail, options: options).Soon());
            Assert.Equal(i, Volatile.Read(ref calls));
            _bed.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task A_renewal_goes_on_when_its_entry_expires_and_is_joined_then()
    {
        await Cache.SetAsync("k", 1, options: Eager).Soon();
        _bed.Advance(TimeSpan.FromSeconds(40));
        var gate = new FactoryGate<int>(2);
        await Cache.GetOrSetAsync("k", gate.RunAsync, options: Eager).Soon();
        await gate.Started;
        _bed.Advance(TimeSpan.FromSeconds(40));
        Task<int> late = Cache.GetOrSetAsync("k", gate.RunAsync, options: Eager).AsTask();
        Assert.False(late.IsCompleted);
        await gate.OpenAsync();

        Assert.Equal(2, await late.Soon());
        Assert.Equal(1, gate.Calls);
    }

    [Fact]
    public async Task The_caller_who_started_it_cannot_cancel_a_renewal()
    {
        await Cache.SetAsync("k", 1, options: Eager).Soon();
        _bed.Advance(TimeSpan.FromSeconds(40));
        using var cancellation = new CancellationTokenSource();
        var gate = new FactoryGate<int>(2) { HonoursToken = true };
        await Cache.GetOrSetAsync("k", gate.RunAsync, options: Eager, cancellationToken: cancellation.Token).Soon();
        await gate.Started;
        await cancellation.CancelAsync();

        Assert.False(gate.Token.IsCancellationRequested);
        await gate.OpenAsync();
        await Waiting.UntilAsync(() => Cache.Get<int>("k") == 2);
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task An_entry_that_came_from_the_store_is_renewed_as_well(StoreKind kind)
    {
        await using var bed = new Testbed(kind, o => o.EagerRefresh = 0.5);
        await bed.Another().SetAsync("k", 1).Soon();
        Assert.Equal(1, await bed.Cache.GetAsync<int>("k").Soon());
        bed.Advance(TimeSpan.FromSeconds(40));
        var gate = new FactoryGate<int>(2);

        Assert.Equal(1, await bed.Cache.GetOrSetAsync("k", gate.RunAsync).Soon());
        await gate.Started;
        await gate.OpenAsync();
        await Waiting.UntilAsync(() => bed.Cache.Get<int>("k") == 2);
    }

    [Fact]
    public async Task A_hit_that_computes_nothing_renews_nothing()
    {
        await Cache.SetAsync("k", 1, options: Eager).Soon();
        _bed.Advance(TimeSpan.FromSeconds(40));

        Assert.Equal(1, Cache.Get<int>("k"));
        Assert.Equal(0, Cache.Statistics.EagerRefreshes);
    }

    [Fact]
    public async Task The_renewing_factory_is_handed_the_value_that_it_renews()
    {
        await Cache.SetAsync("k", 1, options: Eager).Soon();
        _bed.Advance(TimeSpan.FromSeconds(40));
        await Cache.GetOrSetAsync<int>("k", (entry, _) => new ValueTask<int>(entry.TryGetStale(out int old) ? old + 100 : -1), options: Eager).Soon();

        await Waiting.UntilAsync(() => Cache.Get<int>("k") != 1);
        Assert.Equal(101, Cache.Get<int>("k"));
    }
}
