namespace Larder.Conformance;

/// <summary>Waiting for a lease to end.</summary>
public abstract partial class LeaseConformance
{
    [Fact]
    public async Task Wait_for_no_lease_ends_at_once()
    {
        await _other.WaitForLeaseAsync("key", default).AsTask().WaitAsync(Patience);

        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);
        await _holder.ReleaseLeaseAsync("key", lease!, default);
        await _other.WaitForLeaseAsync("key", default).AsTask().WaitAsync(Patience);

        Assert.NotNull(await _other.TryAcquireLeaseAsync("key", Long, default));
    }

    [Theory]
    [MemberData(nameof(Invalidations))]
    public async Task Wait_ends_with_what_ends_the_lease(string how)
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);
        Task elsewhere = _other.WaitForLeaseAsync("key", default).AsTask();
        Task here = _holder.WaitForLeaseAsync("key", default).AsTask();
        await Task.Delay(10);
        Assert.False(elsewhere.IsCompleted || here.IsCompleted, "The wait ended while the lease stood.");

        byte[]? left = await InvalidateAsync("key", lease!, how);

        await elsewhere.WaitAsync(Patience);
        await here.WaitAsync(Patience);
        if (left is not null)
            await AssertHoldsAsync(_otherStore, "key", left);
    }

    [Fact]
    public async Task Wait_ends_when_the_lease_is_released()
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);
        Task[] waits = [.. Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? _holder : _other).WaitForLeaseAsync("key", default).AsTask())];
        await Task.Delay(10);
        Assert.All(waits, wait => Assert.False(wait.IsCompleted));

        await _holder.ReleaseLeaseAsync("key", lease!, default);

        await Task.WhenAll(waits).WaitAsync(Patience);
    }

    [Fact]
    public async Task Wait_ends_when_the_lease_runs_out()
    {
        await _holder.TryAcquireLeaseAsync("key", Short, default);
        Task wait = _other.WaitForLeaseAsync("key", default).AsTask();

        await PassAsync(Short);

        await wait.WaitAsync(Patience);
        Assert.NotNull(await _other.TryAcquireLeaseAsync("key", Long, default));
    }

    [Fact]
    public async Task Wait_can_be_given_up_and_the_lease_stands()
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);
        using var cancellation = new CancellationTokenSource();
        Task wait = _other.WaitForLeaseAsync("key", cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(Patience));
        Assert.True(await _holder.SetWithLeaseAsync("key", lease!, Text("value"), null, default));
    }

    [Fact]
    public async Task Waits_for_other_keys_go_on()
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);
        await _holder.TryAcquireLeaseAsync("KEY", Long, default);
        Task ended = _other.WaitForLeaseAsync("key", default).AsTask();
        Task going = _other.WaitForLeaseAsync("KEY", default).AsTask();

        Assert.True(await _holder.SetWithLeaseAsync("key", lease!, Text("value"), null, default));

        await ended.WaitAsync(Patience);
        Assert.False(going.IsCompleted);
        await _otherStore.RemoveAsync("KEY", default);
        await going.WaitAsync(Patience);
    }
}
