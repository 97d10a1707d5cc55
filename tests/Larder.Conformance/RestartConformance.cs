using Larder.Stores;

namespace Larder.Conformance;

/// <summary>What a store does whose server is stopped and started again, while its connections stay.</summary>
public abstract class RestartConformance : ConformanceTest
{
    /// <summary>Whether the server still has after the restart what was acknowledged before; otherwise it begins empty.</summary>
    protected abstract bool KeepsEntries { get; }

    /// <summary>Ends the server, or makes it unreachable.</summary>
    protected abstract Task StopAsync();

    /// <summary>Starts it again.</summary>
    protected abstract Task StartAsync();

    [Fact]
    public async Task Calls_fail_while_the_server_is_down_and_succeed_when_it_is_back()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("key", Text("old"), null, default);

        await StopAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => store.GetAsync("key", default).AsTask().WaitAsync(Patience));
        await Assert.ThrowsAnyAsync<Exception>(() => store.SetAsync("key", Text("lost"), null, default).AsTask().WaitAsync(Patience));
        await StartAsync();

        await SucceedsAsync(() => store.SetAsync("key", Text("new"), null, default));
        await AssertHoldsAsync(store, "key", Text("new"));
        await AssertHoldsAsync(await ConnectAsync(), "key", Text("new"));
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_or_everything_is_gone()
    {
        ICacheStore store = await ConnectAsync();
        string[] keys = [.. Enumerable.Range(0, 50).Select(i => $"key:{i}")];
        foreach (string key in keys)
            await store.SetAsync(key, Text(key), TimeSpan.FromHours(1), default);
        await store.RemoveAsync(keys[0], default);

        await StopAsync();
        await StartAsync();

        ReadOnlyMemory<byte>?[] values = [];
        await SucceedsAsync(async () => values = await store.GetManyAsync(keys, default));
        Assert.False(values[0].HasValue);
        for (int i = 1; i < keys.Length; i++)
        {
            Assert.Equal(KeepsEntries, values[i].HasValue);
            if (values[i] is { } value)
                AssertSame(Text(keys[i]), value);
        }
    }

    [Fact]
    public async Task Nothing_from_before_the_restart_is_newer_than_what_is_cleared_after_it()
    {
        ICacheStore store = await ConnectAsync();
        // A store without epochs has entries for them, which come or go with the others: the test before this one.
        long before = store is IEpochStore epochs ? await epochs.BumpEpochAsync("name", default) : 0;

        await StopAsync();
        await StartAsync();

        long after = 1;
        await SucceedsAsync(async () => after = store is IEpochStore epochs ? await epochs.BumpEpochAsync("name", default) : after);
        Assert.True(after > before, $"Before the restart the epoch was {before}, and after it {after}.");
    }

    [Fact]
    public async Task Lease_from_before_the_restart_has_one_holder_at_most()
    {
        ICacheStore store = await ConnectAsync();
        ICacheStore otherStore = await ConnectAsync();
        string? lease = store is ILeasingStore holder ? await holder.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default) : "none";
        Assert.NotNull(lease);

        await StopAsync();
        await StartAsync();

        string? next = null;
        bool written = false;
        await SucceedsAsync(async () => next = otherStore is ILeasingStore other ? await other.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default) : "");
        await SucceedsAsync(async () => written = store is ILeasingStore holder && await holder.SetWithLeaseAsync("key", lease, Text("value"), null, default));
        Assert.True(next is null || !written, "Two hold the lease.");
        if (written)
            await AssertHoldsAsync(otherStore, "key", Text("value"));
        else
            await AssertMissingAsync(otherStore, "key");
    }

    [Fact]
    public async Task Under_load_no_answer_is_another_calls_and_all_go_on_afterwards()
    {
        ICacheStore[] stores = [await ConnectAsync(), await ConnectAsync()];
        using var stop = new CancellationTokenSource();
        int failures = 0;
        int answers = 0;
        Task[] callers = [.. Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            for (int round = 0; !stop.IsCancellationRequested; round++)
            {
                try
                {
                    string key = $"caller:{i}:{round % 5}";
                    await stores[i % 2].SetAsync(key, Text(key), null, default);
                    if (await stores[i % 2].GetAsync(key, default) is { } value)
                        AssertSame(Text(key), value);
                    Interlocked.Increment(ref answers);
                }
                catch (Exception error) when (error is not Xunit.Sdk.XunitException)
                {
                    Interlocked.Increment(ref failures);
                    await Task.Delay(1);
                }
            }
        }))];

        for (int i = 0; i < 2; i++)
        {
            await EventuallyAnswersAsync();
            await StopAsync();
            int before = Volatile.Read(ref failures);
            await EventuallyAsync(() => new(Volatile.Read(ref failures) > before), "No call noticed that the server was gone.");
            await StartAsync();
        }

        await EventuallyAnswersAsync();
        await stop.CancelAsync();
        await Task.WhenAll(callers).WaitAsync(Patience);

        async Task EventuallyAnswersAsync()
        {
            int before = Volatile.Read(ref answers);
            await EventuallyAsync(() => new(Volatile.Read(ref answers) > before + 20), "The callers do not go on.");
        }
    }

    // Until the connection is back.
    private Task SucceedsAsync(Func<ValueTask> call) => EventuallyAsync(
        async () =>
        {
            try
            {
                await call();
                return true;
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                return false;
            }
        },
        "The calls go on failing.");
}
