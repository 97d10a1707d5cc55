using Larder.Tests.Caching;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Tests.Hybrid;

/// <summary>One computation for all who ask, and its end when nobody asks any more.</summary>
public sealed class HybridFlightTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(10, false)]
    [InlineData(10, true)]
    public async Task Callers_share_one_computation(int callers, bool cancellable)
    {
        await using var bed = new HybridBed();
        using var cancellation = new CancellationTokenSource();
        var gate = new FactoryGate<Guid>(Guid.NewGuid());
        Task<Guid>[] results = [.. Enumerable.Range(0, callers).Select(_ => bed.Cache.GetOrCreateAsync("key", gate.RunAsync, cancellationToken: cancellable ? cancellation.Token : default).AsTask())];
        await gate.Started;
        await gate.OpenAsync();

        Guid[] values = await Task.WhenAll(results).Soon();

        Assert.Equal(1, gate.Calls);
        Assert.Single(values.Distinct());
        Assert.False(gate.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task Even_when_nothing_is_cached_callers_share_it()
    {
        await using var bed = new HybridBed();
        var gate = new FactoryGate<int>(1);
        var options = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache | HybridCacheEntryFlags.DisableDistributedCache };
        Task<int>[] results = [.. Enumerable.Range(0, 5).Select(_ => bed.Cache.GetOrCreateAsync("key", gate.RunAsync, options).AsTask())];
        await gate.Started;
        await gate.OpenAsync();
        await Task.WhenAll(results).Soon();

        Assert.Equal(1, gate.Calls);
        Assert.Equal(2, await bed.Ask("key", 2, options));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task When_all_give_up_each_gets_their_own_cancellation_and_the_factory_is_cancelled(int callers)
    {
        await using var bed = new HybridBed();
        var gate = new FactoryGate<int>(1);
        CancellationTokenSource[] sources = [.. Enumerable.Range(0, callers).Select(static _ => new CancellationTokenSource())];
        Task<int>[] results = [.. sources.Select(source => bed.Cache.GetOrCreateAsync("key", gate.RunAsync, cancellationToken: source.Token).AsTask())];
        await gate.Started;

        foreach (CancellationTokenSource source in sources)
            await source.CancelAsync();

        for (int i = 0; i < callers; i++)
        {
            OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => results[i].Soon());
            Assert.Equal(sources[i].Token, error.CancellationToken);
            Assert.Equal(TaskStatus.Canceled, results[i].Status);
            sources[i].Dispose();
        }

        Assert.True(gate.Token.IsCancellationRequested);
        await gate.OpenAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task While_one_waits_the_factory_goes_on(int remaining)
    {
        await using var bed = new HybridBed();
        var gate = new FactoryGate<int>(1);
        CancellationTokenSource[] sources = [.. Enumerable.Range(0, 10).Select(static _ => new CancellationTokenSource())];
        Task<int>[] results = [.. sources.Select(source => bed.Cache.GetOrCreateAsync("key", gate.RunAsync, cancellationToken: source.Token).AsTask())];
        await gate.Started;

        for (int i = 0; i < sources.Length; i++)
        {
            if (i == remaining)
                continue;
            await sources[i].CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => results[i].Soon());
        }

        Assert.False(gate.Token.IsCancellationRequested);
        await gate.OpenAsync();
        Assert.Equal(1, await results[remaining].Soon());
        Array.ForEach(sources, static source => source.Dispose());
    }

    [Fact]
    public async Task A_factory_that_blocks_does_not_hold_a_caller_who_can_cancel()
    {
        await using var bed = new HybridBed();
        var gate = new FactoryGate<int>(1);
        using var cancellation = new CancellationTokenSource();

        Task<int> result = bed.Cache.GetOrCreateAsync("key", token => new ValueTask<int>(gate.Run(token)), cancellationToken: cancellation.Token).AsTask();
        await gate.Started;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => result.Soon());
        await gate.OpenAsync();
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_ends_the_call_even_where_there_is_a_value()
    {
        await using var bed = new HybridBed();
        await bed.Ask("key", 1);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await bed.Ask("key", 2, cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await bed.Cache.SetAsync("key", 2, cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await bed.Cache.RemoveAsync("key", cancelled));
        Assert.Equal(1, await bed.Ask("key", 3));
    }
}
