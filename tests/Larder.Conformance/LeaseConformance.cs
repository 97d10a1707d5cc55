using Larder.Stores;

namespace Larder.Conformance;

/// <summary>What <see cref="ILeasingStore"/> means: who holds a lease, what ends it, and who may write through it. Waiting is in the other part.</summary>
public abstract partial class LeaseConformance : ConformanceTest
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(40);

    // Two connections to the same data: who computes, and everybody else.
    private ICacheStore _store = null!;
    private ILeasingStore _holder = null!;
    private ICacheStore _otherStore = null!;
    private ILeasingStore _other = null!;

    public static TheoryData<string> Invalidations => ["set", "set elsewhere", "remove", "remove elsewhere", "remove many", "remove many elsewhere", "set through the lease"];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _store = await ConnectAsync();
        _otherStore = await ConnectAsync();
        _holder = Assert.IsType<ILeasingStore>(_store, exactMatch: false);
        _other = Assert.IsType<ILeasingStore>(_otherStore, exactMatch: false);
    }

    [Fact]
    public async Task Lease_has_one_holder()
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);

        Assert.NotNull(lease);
        Assert.Null(await _other.TryAcquireLeaseAsync("key", Long, default));
        Assert.Null(await _holder.TryAcquireLeaseAsync("key", Long, default));
    }

    [Fact]
    public async Task Leases_of_different_keys_are_independent()
    {
        var tokens = new HashSet<string>();
        foreach (string key in await TakenKeysAsync())
        {
            string? lease = await _holder.TryAcquireLeaseAsync(key, Long, default);
            Assert.NotNull(lease);
            Assert.True(tokens.Add(lease), "Two leases have the same token.");
        }
    }

    [Fact]
    public async Task One_of_many_who_ask_together_gets_the_lease()
    {
        for (int round = 0; round < 20; round++)
        {
            string?[] leases = await TogetherAsync(8, i => (i % 2 == 0 ? _holder : _other).TryAcquireLeaseAsync($"key:{round}", Long, default).AsTask());

            Assert.Single(leases, lease => lease is not null);
        }
    }

    [Fact]
    public async Task Lease_is_no_entry()
    {
        await _holder.TryAcquireLeaseAsync("key", Long, default);

        await AssertMissingAsync(_otherStore, "key");
        Assert.Empty(await ListAsync(_otherStore, ""));
        Assert.Equal(StoreTimeToLive.Missing, await _otherStore.GetTimeToLiveAsync("key", default));
        Assert.False(await _otherStore.SetTimeToLiveAsync("key", Long, default));
        Assert.False(await _otherStore.RemoveAsync("key", default));
    }

    [Fact]
    public async Task Lease_can_be_had_while_there_is_an_entry_and_reads_leave_it_standing()
    {
        await _store.SetAsync("key", Text("old"), null, default);
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);

        await AssertHoldsAsync(_otherStore, "key", Text("old"));
        await _otherStore.GetManyAsync(["key"], default);
        await _otherStore.GetTimeToLiveAsync("key", default);
        await ListAsync(_otherStore, "");

        Assert.True(await _holder.SetWithLeaseAsync("key", lease!, Text("new"), null, default));
        await AssertHoldsAsync(_otherStore, "key", Text("new"));
    }

    [Fact]
    public async Task Write_through_a_lease_ends_it()
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);

        Assert.True(await _holder.SetWithLeaseAsync("key", lease!, Text("first"), null, default));
        Assert.False(await _holder.SetWithLeaseAsync("key", lease!, Text("second"), null, default));

        await AssertHoldsAsync(_otherStore, "key", Text("first"));
        Assert.NotNull(await _other.TryAcquireLeaseAsync("key", Long, default));
    }

    [Fact]
    public async Task Write_through_a_lease_sets_the_TTL()
    {
        string? a = await _holder.TryAcquireLeaseAsync("a", Long, default);
        string? b = await _holder.TryAcquireLeaseAsync("b", Long, default);

        Assert.True(await _holder.SetWithLeaseAsync("a", a!, Text("value"), Short, default));
        Assert.True(await _holder.SetWithLeaseAsync("b", b!, Text("value"), null, default));
        await PassAsync(Short);

        await AssertMissingAsync(_store, "a");
        Assert.Equal(StoreTimeToLive.Infinite, await _store.GetTimeToLiveAsync("b", default));
    }

    [Fact]
    public async Task Only_the_leases_own_token_writes()
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);
        string? another = await _other.TryAcquireLeaseAsync("another", Long, default);

        foreach (string wrong in (string[])["", "*", "wrong", another!, lease!.ToUpperInvariant() + "x"])
            Assert.False(await _other.SetWithLeaseAsync("key", wrong, Text("stolen"), null, default));

        await AssertMissingAsync(_store, "key");
        Assert.Null(await _other.TryAcquireLeaseAsync("key", Long, default));
        Assert.True(await _holder.SetWithLeaseAsync("key", lease, Text("value"), null, default));
    }

    [Fact]
    public async Task Nothing_is_written_through_a_lease_that_never_was()
    {
        Assert.False(await _holder.SetWithLeaseAsync("key", "wrong", Text("value"), null, default));
        Assert.False(await _holder.SetWithLeaseAsync("key", "", Text("value"), null, default));

        await AssertMissingAsync(_store, "key");
    }

    [Theory]
    [MemberData(nameof(Invalidations))]
    public async Task Whatever_writes_or_removes_the_key_voids_its_lease(string how)
    {
        await InvalidationVoidsTheLease(how);
    }

    [Theory]
    [MemberData(nameof(Invalidations))]
    public async Task It_does_so_as_well_where_there_was_an_entry(string how)
    {
        await _store.SetAsync("key", Text("old"), Long, default);

        await InvalidationVoidsTheLease(how);
    }

    [Fact]
    public async Task Lease_that_ran_out_is_void()
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Short, default);
        await PassAsync(Short);

        Assert.False(await _holder.SetWithLeaseAsync("key", lease!, Text("late"), null, default));
        string? next = await _other.TryAcquireLeaseAsync("key", Long, default);
        Assert.NotNull(next);
        Assert.False(await _holder.SetWithLeaseAsync("key", lease!, Text("late"), null, default));
        await AssertMissingAsync(_store, "key");
        Assert.True(await _other.SetWithLeaseAsync("key", next, Text("value"), null, default));
        await AssertHoldsAsync(_store, "key", Text("value"));
    }

    [Fact]
    public async Task Released_lease_is_free_and_void()
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);

        await _holder.ReleaseLeaseAsync("key", lease!, default);

        Assert.False(await _holder.SetWithLeaseAsync("key", lease!, Text("value"), null, default));
        await AssertMissingAsync(_store, "key");
        Assert.NotNull(await _other.TryAcquireLeaseAsync("key", Long, default));
    }

    [Fact]
    public async Task Release_of_a_lease_that_no_longer_stands_is_ignored()
    {
        string? old = await _holder.TryAcquireLeaseAsync("key", Long, default);
        await _otherStore.RemoveAsync("key", default);
        string? current = await _other.TryAcquireLeaseAsync("key", Long, default);

        await _holder.ReleaseLeaseAsync("key", old!, default);
        await _holder.ReleaseLeaseAsync("key", "wrong", default);
        await _holder.ReleaseLeaseAsync("never leased", "wrong", default);

        Assert.Null(await _holder.TryAcquireLeaseAsync("key", Long, default));
        Assert.True(await _other.SetWithLeaseAsync("key", current!, Text("value"), null, default));
    }

    [Fact]
    public async Task Removal_and_a_write_through_the_lease_at_the_same_time_leave_no_entry()
    {
        // Either the removal came first and voided the lease, or it removed what had been written.
        for (int round = 0; round < 50; round++)
        {
            string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);
            Assert.NotNull(lease);

            // Who is started first mostly comes first: each gets its turn.
            int writer = round % 2;
            bool[] done = await TogetherAsync(2, i => i == writer
                ? _holder.SetWithLeaseAsync("key", lease, Text("value"), null, default).AsTask()
                : _otherStore.RemoveAsync("key", default).AsTask());

            Assert.Equal(done[0], done[1]);
            await AssertMissingAsync(_store, "key");
        }
    }

    [Fact]
    public async Task Duration_that_is_not_positive_is_refused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _holder.TryAcquireLeaseAsync("key", TimeSpan.Zero, default).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _holder.TryAcquireLeaseAsync("key", TimeSpan.FromTicks(-1), default).AsTask());

        Assert.NotNull(await _holder.TryAcquireLeaseAsync("key", TimeSpan.FromDays(365), default));
    }

    [Fact]
    public async Task Cancelled_call_does_nothing_and_says_so()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _holder.TryAcquireLeaseAsync("key", Long, cancelled).AsTask());
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);

        Assert.NotNull(lease);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _holder.SetWithLeaseAsync("key", lease, Text("value"), null, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _holder.ReleaseLeaseAsync("key", lease, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _holder.WaitForLeaseAsync("key", cancelled).AsTask());

        await AssertMissingAsync(_store, "key");
        Assert.True(await _holder.SetWithLeaseAsync("key", lease, Text("value"), null, default));
    }

    private async Task InvalidationVoidsTheLease(string how)
    {
        string? lease = await _holder.TryAcquireLeaseAsync("key", Long, default);
        Assert.NotNull(lease);

        byte[]? left = await InvalidateAsync("key", lease, how);

        Assert.False(await _holder.SetWithLeaseAsync("key", lease, Text("stale"), null, default), "A lease that an invalidation had voided still wrote.");
        if (left is null)
            await AssertMissingAsync(_store, "key");
        else
            await AssertHoldsAsync(_store, "key", left);
        Assert.NotNull(await _other.TryAcquireLeaseAsync("key", Long, default));
    }

    /// <summary>Writes or removes the key in one of the ways of <see cref="Invalidations"/>, and tells what is there afterwards.</summary>
    private async Task<byte[]?> InvalidateAsync(string key, string lease, string how)
    {
        ICacheStore store = how.EndsWith("elsewhere", StringComparison.Ordinal) ? _otherStore : _store;
        if (how.StartsWith("remove many", StringComparison.Ordinal))
        {
            await store.RemoveManyAsync(["another", key], default);
            return null;
        }

        if (how.StartsWith("remove", StringComparison.Ordinal))
        {
            await store.RemoveAsync(key, default);
            return null;
        }

        if (how == "set through the lease")
            Assert.True(await _holder.SetWithLeaseAsync(key, lease, Text("newer"), null, default));
        else
            await store.SetAsync(key, Text("newer"), null, default);
        return Text("newer");
    }
}
