namespace Larder.Tests.Caching;

/// <summary>Who gives up, gives up alone; a factory is cancelled when nobody is left.</summary>
public sealed class CancellationTests : IAsyncDisposable
{
    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_caller_who_gives_up_leaves_the_others_their_flight(int quitter)
    {
        var gate = new FactoryGate<int>(7) { HonoursToken = true };
        using var cancellation = new CancellationTokenSource();
        Task<int>[] callers = [.. Enumerable.Range(0, 3).Select(i => Cache.GetOrSetAsync("k", gate.RunAsync, cancellationToken: i == quitter ? cancellation.Token : default).AsTask())];
        await gate.Started;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => callers[quitter].Soon());
        Assert.False(gate.Token.IsCancellationRequested);
        await gate.OpenAsync();
        Assert.Equal(7, await callers[(quitter + 1) % 3].Soon());
        Assert.Equal(7, await callers[(quitter + 2) % 3].Soon());
        Assert.Equal(7, Cache.Get<int>("k"));
    }

    [Fact]
    public async Task The_factory_is_cancelled_when_the_last_caller_gives_up()
    {
        var gate = new FactoryGate<int>(7) { HonoursToken = true };
        using var one = new CancellationTokenSource();
        using var two = new CancellationTokenSource();
        Task<int> first = Cache.GetOrSetAsync("k", gate.RunAsync, cancellationToken: one.Token).AsTask();
        Task<int> second = Cache.GetOrSetAsync("k", gate.RunAsync, cancellationToken: two.Token).AsTask();
        await gate.Started;

        await one.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Soon());
        Assert.False(gate.Token.IsCancellationRequested);
        await two.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Soon());
        Assert.Equal(two.Token, error.CancellationToken);
        Assert.True(gate.Token.IsCancellationRequested);
        await Waiting.UntilAsync(() => Cache.Statistics.FactoryCancellations == 1);
        Assert.Equal(0, Cache.Statistics.FactoryFailures);
    }

    [Fact]
    public async Task Whoever_comes_after_a_cancelled_flight_starts_another()
    {
        var deaf = new FactoryGate<int>(1);
        using var cancellation = new CancellationTokenSource();
        Task<int> first = Cache.GetOrSetAsync("k", deaf.RunAsync, cancellationToken: cancellation.Token).AsTask();
        await deaf.Started;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Soon());

        Assert.Equal(2, await Cache.GetOrSetAsync("k", _ => new ValueTask<int>(2)).Soon());
        await deaf.OpenAsync();
        Assert.Equal(2, Cache.Get<int>("k"));
    }

    [Fact]
    public async Task A_cancelled_token_ends_a_call_before_it_computes_anything()
    {
        var cancelled = new CancellationToken(canceled: true);
        bool ran = false;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.GetOrSetAsync("k", _ => new ValueTask<bool>(ran = true), cancellationToken: cancelled).Soon());
        Assert.ThrowsAny<OperationCanceledException>(() => Cache.GetOrSet("k", _ => ran = true, cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.SetAsync("k", 1, cancellationToken: cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.RemoveAsync("k", cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.RemoveManyAsync(["k"], cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.RemoveByTagAsync("t", cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.RemoveByPatternAsync("*", cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.ClearAsync(cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.TryGetAsync<int>("k", cancellationToken: cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.GetManyAsync<int>(["k"], cancellationToken: cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.GetTimeToLiveAsync("k", cancelled).Soon());

        Assert.False(ran);
        Assert.False(Cache.Contains("k"));
    }

    [Fact]
    public async Task A_factory_that_cancels_itself_is_a_failure_like_any_other()
    {
        Task<int> call = Cache.GetOrSetAsync<int>("k", (CancellationToken _) => throw new OperationCanceledException("the source hung up")).Soon();

        Assert.Equal("the source hung up", (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call)).Message);
        Assert.Equal(1, Cache.Statistics.FactoryFailures);
    }

    [Fact]
    public async Task A_synchronous_caller_can_give_up_while_its_factory_runs()
    {
        using var cancellation = new CancellationTokenSource();
        var gate = new FactoryGate<int>(1) { HonoursToken = true };
        Task<int> call = Task.Factory.StartNew(() => Cache.GetOrSet("k", gate.Run, cancellationToken: cancellation.Token), TaskCreationOptions.LongRunning);
        await gate.Started;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        await Waiting.UntilAsync(() => gate.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task Whoever_waits_for_one_of_many_keys_keeps_the_factory_of_all_alive()
    {
        var gate = new FactoryGate<int>(7) { HonoursToken = true };
        using var cancellation = new CancellationTokenSource();
        Task<IReadOnlyDictionary<string, int>> many = Cache.GetOrSetManyAsync<int>(
            ["a", "b"],
            async (keys, ct) =>
            {
                int value = await gate.RunAsync(ct).ConfigureAwait(false);
                return keys.ToDictionary(key => key, _ => value);
            },
            cancellationToken: cancellation.Token).AsTask();
        await gate.Started;
        Task<int> one = Cache.GetOrSetAsync("b", _ => new ValueTask<int>(-1)).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many.Soon());
        Assert.False(gate.Token.IsCancellationRequested);
        await gate.OpenAsync();
        Assert.Equal(7, await one.Soon());
    }

    [Fact]
    public async Task A_factory_of_many_keys_is_cancelled_when_nobody_waits_for_any_of_them()
    {
        var gate = new FactoryGate<int>(7) { HonoursToken = true };
        using var cancellation = new CancellationTokenSource();
        Task<IReadOnlyDictionary<string, int>> many = Cache.GetOrSetManyAsync<int>(
            ["a", "b", "c"],
            async (keys, ct) =>
            {
                int value = await gate.RunAsync(ct).ConfigureAwait(false);
                return keys.ToDictionary(key => key, _ => value);
            },
            cancellationToken: cancellation.Token).AsTask();
        await gate.Started;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many.Soon());
        Assert.True(gate.Token.IsCancellationRequested);
        Assert.Equal(2, await Cache.GetOrSetAsync("b", _ => new ValueTask<int>(2)).Soon());
    }
}
