namespace Larder.Tests.Caching;

public sealed class GetOrSetTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Cache _cache;

    public GetOrSetTests() => _cache = Cache.Create(o =>
    {
        o.TimeProvider = _time;
        o.DefaultTtl = TimeSpan.FromMinutes(1);
    });

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task A_miss_computes_and_a_hit_does_not()
    {
        int calls = 0;
        int first = await _cache.GetOrSetAsync("k", _ => new ValueTask<int>(++calls));
        int second = await _cache.GetOrSetAsync("k", _ => new ValueTask<int>(++calls));

        Assert.Equal((1, 1, 1), (first, second, calls));
        Assert.Equal((1, 1), (_cache.Statistics.Hits, _cache.Statistics.Misses));
    }

    [Fact]
    public async Task A_factory_may_return_a_task_or_be_an_async_lambda_or_take_state()
    {
        Assert.Equal(1, await _cache.GetOrSetAsync("task", ct => Task.FromResult(1)));
        Assert.Equal(2, await _cache.GetOrSetAsync("async", async ct =>
        {
            await Task.Yield();
            return 2;
        }));
        Assert.Equal(3, await _cache.GetOrSetAsync("state", 3, static (state, ct) => new ValueTask<int>(state)));
        Assert.Equal(4, await _cache.GetOrSetAsync("state task", 4, static (state, ct) => Task.FromResult(state)));
        Assert.Equal(5, await _cache.GetOrSetAsync("adaptive", async (entry, ct) =>
        {
            await Task.Yield();
            entry.Ttl = TimeSpan.FromSeconds(5);
            return 5;
        }));
        Assert.Equal(8, await _cache.GetOrSetAsync("adaptive state", 8, static (state, entry, ct) =>
        {
            entry.Ttl = TimeSpan.FromSeconds(5);
            return Task.FromResult(state);
        }));
        Assert.Equal(6, _cache.GetOrSet("sync", _ => 6));
        Assert.Equal(7, _cache.GetOrSet("sync state", 7, static (state, _) => state));
        Assert.Equal(TimeSpan.FromSeconds(5), _cache.GetTimeToLive("adaptive").Remaining);
        Assert.Equal(TimeSpan.FromSeconds(5), _cache.GetTimeToLive("adaptive state").Remaining);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Null_and_empty_strings_are_values(string? value)
    {
        _cache.Set("k", value);

        Assert.True(_cache.TryGet("k", out string? found));
        Assert.Equal(value, found);
        Assert.Equal(value, _cache.GetOrSet<string?>("k", _ => throw new InvalidOperationException("must not run")));
    }

    [Fact]
    public void Zero_and_false_are_values()
    {
        _cache.Set("zero", 0);
        _cache.Set("false", false);

        Assert.True(_cache.TryGet("zero", out int zero));
        Assert.True(_cache.TryGet("false", out bool no));
        Assert.Equal((0, false), (zero, no));
    }

    [Fact]
    public void An_expired_entry_is_a_miss()
    {
        _cache.Set("k", 1, TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromMilliseconds(1));
        Assert.True(_cache.Contains("k"));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_cache.Contains("k"));
        Assert.False(_cache.TryGet("k", out int _));
    }

    [Fact]
    public void An_interpolated_key_is_the_same_key_as_its_text()
    {
        int id = 42;
        _cache.Set($"user:{id}:{1.5}", "x");

        Assert.Equal("x", _cache.Get<string>("user:42:1.5"));
        Assert.Equal("x", _cache.Get<string>($"user:{id}:{1.5}"));
    }

    [Fact]
    public async Task Concurrent_misses_run_the_factory_once()
    {
        var gate = new TaskCompletionSource();
        int calls = 0;
        Task<int>[] callers = [.. Enumerable.Range(0, 50).Select(_ => _cache.GetOrSetAsync("k", async ct =>
        {
            Interlocked.Increment(ref calls);
            await gate.Task;
            return 7;
        }).AsTask())];
        gate.SetResult();

        Assert.All(await Task.WhenAll(callers), value => Assert.Equal(7, value));
        Assert.Equal(1, calls);
        Assert.Equal(49, _cache.Statistics.FlightsJoined);
    }

    [Fact]
    public async Task A_factory_that_asks_for_its_own_key_is_an_error()
    {
        async ValueTask<int> Ask(CancellationToken ct) => await _cache.GetOrSetAsync("k", Ask, cancellationToken: ct);

        ReentrantFactoryException error = await Assert.ThrowsAsync<ReentrantFactoryException>(async () => await _cache.GetOrSetAsync("k", Ask));
        Assert.Contains("'k'", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await _cache.GetOrSetAsync("k", _ => new ValueTask<int>(1)));
    }
}
