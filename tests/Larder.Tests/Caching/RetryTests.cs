namespace Larder.Tests.Caching;

/// <summary>Factories that are run again when they fail.</summary>
public sealed class RetryTests : IAsyncDisposable
{
    private static readonly RetryOptions Twice = new() { Retries = 2, Delay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(8) };

    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    private async Task<T> WhileTimePassesAsync<T>(Task<T> call)
    {
        for (int i = 0; i < 10_000 && !call.IsCompleted; i++)
        {
            _bed.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(call, Task.Delay(1));
        }

        return await call.Soon();
    }

    [Fact]
    public async Task A_factory_that_fails_is_run_again_after_a_pause()
    {
        int calls = 0;
        Task<int> call = Cache.GetOrSetAsync("k", _ => ++calls < 3 ? throw new IOException() : new ValueTask<int>(calls), options: new() { Retry = Twice }).AsTask();

        Assert.False(call.IsCompleted);
        Assert.Equal(1, calls);
        Assert.Equal(3, await WhileTimePassesAsync(call));
        Assert.Equal((1, 0, 1), (Cache.Statistics.FactoryCalls, Cache.Statistics.FactoryFailures, Cache.Statistics.Misses));
        Assert.Equal(3, Cache.Get<int>("k"));
    }

    [Fact]
    public async Task When_every_try_fails_the_last_exception_is_the_callers()
    {
        int calls = 0;
        Task<int> call = Cache.GetOrSetAsync<int>("k", (CancellationToken _) => throw new IOException($"try {++calls}"), options: new() { Retry = Twice }).AsTask();

        Assert.Equal("try 3", (await Assert.ThrowsAsync<IOException>(() => WhileTimePassesAsync(call))).Message);
        Assert.Equal(1, Cache.Statistics.FactoryFailures);
    }

    [Fact]
    public async Task What_is_not_worth_it_is_not_tried_again()
    {
        int calls = 0;
        RetryOptions choosy = Twice with { ShouldRetry = error => error is IOException };
        await Assert.ThrowsAsync<InvalidDataException>(() => Cache.GetOrSetAsync<int>(
            "k",
            (CancellationToken _) =>
            {
                calls++;
                throw new InvalidDataException();
            },
            options: new() { Retry = choosy }).Soon());

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Nothing_is_tried_again_unless_asked_for()
    {
        int calls = 0;
        await Assert.ThrowsAsync<IOException>(() => Cache.GetOrSetAsync<int>(
            "k",
            (CancellationToken _) =>
            {
                calls++;
                throw new IOException();
            }).Soon());

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_caller_who_gives_up_ends_the_pauses()
    {
        using var cancellation = new CancellationTokenSource();
        int calls = 0;
        Task<int> call = Cache.GetOrSetAsync<int>(
            "k",
            (CancellationToken _) =>
            {
                calls++;
                throw new IOException();
            },
            options: new() { Retry = Twice },
            cancellationToken: cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        _bed.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Each_try_begins_with_a_context_of_its_own()
    {
        var ttls = new List<TimeSpan>();
        Task<int> call = Cache.GetOrSetAsync<int>(
            "k",
            (entry, _) =>
            {
                ttls.Add(entry.Ttl);
                entry.Ttl = TimeSpan.FromDays(1);
                return ttls.Count < 2 ? throw new IOException() : new ValueTask<int>(1);
            },
            options: new() { Retry = Twice }).AsTask();
        await WhileTimePassesAsync(call);

        Assert.Equal([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)], ttls);
    }

    [Fact]
    public async Task Many_keys_are_tried_again_together()
    {
        int calls = 0;
        Task<IReadOnlyDictionary<string, int>> call = Cache.GetOrSetManyAsync<int>(
            ["a", "b"],
            (keys, _) => ++calls < 2 ? throw new IOException() : new ValueTask<IReadOnlyDictionary<string, int>>(keys.ToDictionary(key => key, _ => 1)),
            options: new() { Retry = Twice }).AsTask();

        Assert.Equal(2, (await WhileTimePassesAsync(call)).Count);
        Assert.Equal(2, calls);
    }
}
