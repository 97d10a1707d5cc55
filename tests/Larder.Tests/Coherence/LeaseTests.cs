using Larder.Conformance.Faults;
using Larder.Tests.Caching;

namespace Larder.Tests.Coherence;

/// <summary>G1 across caches: where the store grants leases, one of all computes a missing entry.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Of_three_caches_one_computes_and_the_others_get_its_value()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        Cache[] caches = [bed.Cache, bed.Another(), bed.Another()];
        var started = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        int calls = 0;
        async ValueTask<int> Compute(CancellationToken token)
        {
            started.TrySetResult();
            await gate.Task;
            return Interlocked.Increment(ref calls);
        }

        Task<int>[] asking = [.. caches.SelectMany(cache => Enumerable.Range(0, 3).Select(_ => cache.GetOrSetAsync("k", Compute, Day).AsTask()))];
        await started.Task.Soon();
        gate.SetResult();

        Assert.All(await Task.WhenAll(asking).Soon(), static value => Assert.Equal(1, value));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Many_keys_asked_for_in_two_caches_at_once_are_computed_once_each()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        Cache other = bed.Another();
        var started = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        var computed = new System.Collections.Concurrent.ConcurrentBag<string>();
        async ValueTask<IReadOnlyDictionary<string, int>> Compute(IReadOnlyList<string> keys, CancellationToken token)
        {
            started.TrySetResult();
            await gate.Task;
            foreach (string key in keys)
                computed.Add(key);
            return keys.ToDictionary(static key => key, static key => key.Length);
        }

        Task<IReadOnlyDictionary<string, int>> first = bed.Cache.GetOrSetManyAsync<int>(["a", "bb"], Compute, Day).AsTask();
        await started.Task.Soon();
        Task<IReadOnlyDictionary<string, int>> second = other.GetOrSetManyAsync<int>(["bb", "a", "ccc"], Compute, Day).AsTask();
        gate.SetResult();

        Assert.Equal(2, (await first.Soon()).Count);
        Assert.Equal(3, (await second.Soon()).Count);
        Assert.Equal(["a", "bb", "ccc"], computed.Order());
    }

    [Fact]
    public async Task A_holder_that_throws_gives_the_lease_back()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        Cache other = bed.Another();
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        Task<int> failing = bed.Cache.GetOrSetAsync<int>(
            "k",
            async _ =>
            {
                started.SetResult();
                await gate.Task;
                throw new InvalidDataException("no");
            },
            Day).AsTask();
        await started.Task.Soon();
        Task<int> waiting = other.GetOrSetAsync("k", _ => new ValueTask<int>(2), Day).AsTask();
        gate.SetResult();

        await Assert.ThrowsAsync<InvalidDataException>(() => failing.Soon());
        Assert.Equal(2, await waiting.Soon());
    }

    [Fact]
    public async Task A_holder_that_hangs_is_followed_when_its_lease_has_run_out_and_cannot_write_any_more()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        Cache other = bed.Another();
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        Task<int> hanging = bed.Cache.GetOrSetAsync(
            "k",
            async _ =>
            {
                started.SetResult();
                await gate.Task;
                return 1;
            },
            Day).AsTask();
        await started.Task.Soon();
        Task<int> next = other.GetOrSetAsync("k", _ => new ValueTask<int>(2), Day).AsTask();
        Assert.False(next.IsCompleted);
        bed.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, await next.Soon());

        gate.SetResult();
        Assert.Equal(1, await hanging.Soon());
        Assert.Equal(2, await bed.Another().GetAsync<int>("k").Soon());
        Assert.Equal(2, await bed.Cache.GetAsync<int>("k").Soon());
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_the_lease_is_granted_does_not_leave_it_behind()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        Cache other = bed.Another();
        Fault held = bed.Store.HoldReply(StoreCalls.TryAcquireLease);
        using var impatience = new CancellationTokenSource();
        Task<int> asking = bed.Cache.GetOrSetAsync("k", _ => new ValueTask<int>(1), Day, cancellationToken: impatience.Token).AsTask();
        await held.ReachedAsync().Soon();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.Soon());
        held.End();

        Assert.Equal(2, await other.GetOrSetAsync("k", _ => new ValueTask<int>(2), Day).Soon());
    }

    [Fact]
    public async Task A_store_that_grants_no_leases_for_now_lets_everybody_compute()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        using Fault fault = bed.Store.Throw(StoreCalls.TryAcquireLease);

        Assert.Equal(1, await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<int>(1), Day).Soon());
        Assert.Equal(1, bed.Cache.Get<int>("k"));
    }
}
