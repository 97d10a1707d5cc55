using Larder.Memoize.Tests.Subjects;

namespace Larder.Memoize.Tests.Behaviour;

public sealed class WeatherServiceTests : IAsyncDisposable
{
    private static readonly UserContext Ada = new("ada", "north");
    private static readonly UserContext Ben = new("ben", "north");
    private static readonly UserContext Eve = new("eve", "south");

    private readonly Cache _cache = Cache.Create();
    private readonly WeatherService _service;

    public WeatherServiceTests() => _service = new WeatherService(_cache);

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task Second_call_is_answered_from_the_cache()
    {
        Weather first = await _service.GetAsync("London", Ada);

        Assert.Same(first, await _service.GetAsync("London", Ada));
        Assert.Equal(1, _service.Fetches);
    }

    [Fact]
    public async Task Arguments_make_the_key()
    {
        await _service.GetAsync("London", Ada);
        await _service.GetAsync("Paris", Ada);

        Assert.Equal(["London north ", "Paris north "], _service.Seen);
    }

    [Fact]
    public async Task Ignored_argument_is_passed_on_and_not_part_of_the_key()
    {
        await _service.GetAsync("London", Ada, trace: "a");
        await _service.GetAsync("London", Ada, trace: "b");

        Assert.Equal(["London north a"], _service.Seen);
    }

    [Fact]
    public async Task Organization_shares_results_and_another_one_does_not_see_them()
    {
        Weather ofAda = await _service.GetAsync("London", Ada);

        Assert.Same(ofAda, await _service.GetAsync("London", Ben));
        Assert.NotSame(ofAda, await _service.GetAsync("London", Eve));
    }

    [Fact]
    public async Task Context_that_lacks_the_organization_is_refused()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => _service.GetAsync("London", new UserContext("ada")));

        Assert.Contains("organization", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, _service.Fetches);
    }

    [Fact]
    public async Task Missing_context_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(() => _service.GetAsync("London", null!));
    }

    [Fact]
    public async Task Result_is_kept_for_the_TTL()
    {
        var time = new Larder.Tests.ManualTimeProvider();
        await using var cache = Cache.Create(o => o.TimeProvider = time);
        var service = new WeatherService(cache);
        await service.GetAsync("London", Ada);

        time.Advance(TimeSpan.FromSeconds(3590));
        await service.GetAsync("London", Ada);
        Assert.Equal(1, service.Fetches);

        time.Advance(TimeSpan.FromSeconds(20));
        await service.GetAsync("London", Ada);
        Assert.Equal(2, service.Fetches);
    }

    [Fact]
    public async Task Concurrent_calls_compute_once()
    {
        Weather[] all = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => _service.GetAsync("London", Ada))));

        Assert.Equal(1, _service.Fetches);
        Assert.All(all, weather => Assert.Same(all[0], weather));
    }

    [Fact]
    public async Task Cancelled_token_ends_the_call()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _service.GetAsync("London", Ada, ct: new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Results_are_in_the_collection()
    {
        await _service.GetAsync("London", Ada);
        await _cache.ClearAsync("other", null, null);
        await _service.GetAsync("London", Ada);
        Assert.Equal(1, _service.Fetches);

        await _cache.ClearAsync("weather", null, null);
        await _service.GetAsync("London", Ada);
        Assert.Equal(2, _service.Fetches);
    }

    [Fact]
    public async Task Invalidator_forgets_the_result_of_the_same_arguments_only()
    {
        Weather paris = await _service.GetAsync("Paris", Ada);
        await _service.GetAsync("London", Ada);
        Weather south = await _service.GetAsync("London", Eve);

        await _service.SaveAsync("London", new Weather("London", 5), Ben);

        await _service.GetAsync("London", Ada);
        Assert.Equal(4, _service.Fetches);
        Assert.Same(paris, await _service.GetAsync("Paris", Ada));
        Assert.Same(south, await _service.GetAsync("London", Eve));
    }

    [Fact]
    public async Task Invalidator_that_fails_forgets_all_the_same()
    {
        await _service.GetAsync("London", Ada);
        _service.SaveFails = true;

        await Assert.ThrowsAsync<IOException>(() => _service.SaveAsync("London", new Weather("London", 5), Ada));

        await _service.GetAsync("London", Ada);
        Assert.Equal(2, _service.Fetches);
    }

    [Fact]
    public async Task Invalidator_without_its_context_has_changed_nothing()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _service.SaveAsync("London", new Weather("London", 5), new UserContext("ada")));

        Assert.Empty(_service.Seen);
    }

    [Fact]
    public async Task Invalidation_while_the_value_is_computed_wins()
    {
        _service.WhileFetching = () => _service.Memoized.GetAsync.Remove("London", Ada);
        await _service.GetAsync("London", Ada);
        _service.WhileFetching = null;

        await _service.GetAsync("London", Ada);
        Assert.Equal(2, _service.Fetches);
    }

    [Fact]
    public async Task Invalidator_of_all_forgets_the_organizations_results()
    {
        await _service.GetAsync("London", Ada);
        await _service.GetAsync("Paris", Ada);
        await _service.GetAsync("London", Eve);

        _service.Reset(Ben);

        await _service.GetAsync("London", Ada);
        await _service.GetAsync("Paris", Ada);
        await _service.GetAsync("London", Eve);
        Assert.Equal(5, _service.Fetches);
    }

    [Fact]
    public async Task Handle_reads_without_computing()
    {
        Assert.False(_service.Memoized.GetAsync.TryGet("London", Ada, out _));
        Assert.False((await _service.Memoized.GetAsync.TryGetAsync("London", Ada)).Found);
        Weather weather = await _service.GetAsync("London", Ada);

        Assert.True(_service.Memoized.GetAsync.TryGet("London", Ben, out Weather? found));
        Assert.Same(weather, found);
        Assert.Same(weather, (await _service.Memoized.GetAsync.TryGetAsync("London", Ada)).Value);
        Assert.False(_service.Memoized.GetAsync.TryGet("London", Eve, out _));
    }

    [Fact]
    public async Task Handle_removes_one_result()
    {
        await _service.GetAsync("London", Ada);
        await _service.GetAsync("Paris", Ada);

        Assert.True(await _service.Memoized.GetAsync.RemoveAsync("London", Ada));
        Assert.False(_service.Memoized.GetAsync.Remove("London", Ada));
        await _service.GetAsync("Paris", Ada);
        Assert.Equal(2, _service.Fetches);
    }

    [Fact]
    public async Task Handle_begins_the_TTL_anew()
    {
        var time = new Larder.Tests.ManualTimeProvider();
        await using var cache = Cache.Create(o => o.TimeProvider = time);
        var service = new WeatherService(cache);
        await service.GetAsync("London", Ada);

        time.Advance(TimeSpan.FromSeconds(3000));
        Assert.True(await service.Memoized.GetAsync.RefreshAsync("London", Ada));
        Assert.False(service.Memoized.GetAsync.Refresh("Paris", Ada));
        time.Advance(TimeSpan.FromSeconds(3000));
        await service.GetAsync("London", Ada);

        Assert.Equal(1, service.Fetches);
    }

    [Fact]
    public async Task Handle_clears_one_partition_or_all()
    {
        await _service.GetAsync("London", Ada);
        await _service.GetAsync("London", Eve);

        await _service.Memoized.GetAsync.ClearAsync(Ada);
        Assert.False(_service.Memoized.GetAsync.TryGet("London", Ada, out _));
        Assert.True(_service.Memoized.GetAsync.TryGet("London", Eve, out _));

        await _service.GetAsync("London", Ada);
        await _service.Memoized.GetAsync.ClearAsync();
        Assert.False(_service.Memoized.GetAsync.TryGet("London", Ada, out _));
        Assert.False(_service.Memoized.GetAsync.TryGet("London", Eve, out _));
    }

    [Fact]
    public async Task Handle_tells_the_key()
    {
        await _service.GetAsync("London", Ada);

        string key = _service.Memoized.GetAsync.KeyFor("London");

        Assert.StartsWith("m1/WeatherService.GetAsync@", key, StringComparison.Ordinal);
        Assert.True(_cache.Collection("weather").For(Ada, CacheScope.Organization).Contains(key));
    }

    [Fact]
    public async Task Calls_through_a_delegate_and_a_base_are_cached_as_well()
    {
        Func<string, UserContext, string?, CancellationToken, Task<Weather>> function = _service.GetAsync;
        Weather first = await function("London", Ada, null, default);

        Assert.Same(first, await function("London", Ben, "x", default));
    }

    [Fact]
    public async Task Two_objects_with_one_cache_share_results()
    {
        Weather first = await _service.GetAsync("London", Ada);

        Assert.Same(first, await new WeatherService(_cache).GetAsync("London", Ada));
    }
}
