using Larder.Stores;

namespace Larder.Conformance;

/// <summary>What callers at the same time, and callers who give up, see.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Many_writers_of_one_key_leave_one_whole_value_and_readers_see_only_whole_ones()
    {
        ICacheStore[] stores = [await ConnectAsync(), await ConnectAsync()];
        await stores[0].SetAsync("key", WholeValue(0), null, default);

        int writing = 4;
        await TogetherAsync(8, async i =>
        {
            ICacheStore store = stores[i % 2];
            if (i < 4)
            {
                for (int round = 0; round < 25; round++)
                    await store.SetAsync("key", WholeValue((i * 25) + round + 1), TimeSpan.FromHours(1), default);
                return Interlocked.Decrement(ref writing);
            }

            do
                AssertWhole((await store.GetAsync("key", default))!.Value.Span);
            while (Volatile.Read(ref writing) > 0);
            return 0;
        });

        AssertWhole((await stores[0].GetAsync("key", default))!.Value.Span);
        Assert.Equal(1, await stores[1].RemoveManyAsync(["key"], default));
    }

    [Fact]
    public async Task Writers_of_different_keys_do_not_disturb_each_other()
    {
        ICacheStore[] stores = [await ConnectAsync(), await ConnectAsync()];

        await TogetherAsync(8, async i =>
        {
            for (int k = 0; k < 50; k++)
                await stores[i % 2].SetAsync($"{i}:{k}", BitConverter.GetBytes((i * 1000) + k), null, default);
            return true;
        });

        for (int i = 0; i < 8; i++)
        {
            for (int k = 0; k < 50; k++)
                await AssertHoldsAsync(stores[0], $"{i}:{k}", BitConverter.GetBytes((i * 1000) + k));
        }
    }

    [Fact]
    public async Task One_of_many_removers_removed_the_entry()
    {
        ICacheStore[] stores = [await ConnectAsync(), await ConnectAsync()];
        for (int round = 0; round < 20; round++)
        {
            await stores[0].SetAsync("key", Text("value"), null, default);

            bool[] removed = await TogetherAsync(8, i => stores[i % 2].RemoveAsync("key", default).AsTask());

            Assert.Single(removed, true);
        }
    }

    [Fact]
    public async Task Other_connections_see_a_write_once_it_is_acknowledged()
    {
        ICacheStore writer = await ConnectAsync();
        ICacheStore reader = await ConnectAsync();
        for (int i = 0; i < 100; i++)
        {
            await writer.SetAsync("key", BitConverter.GetBytes(i), null, default);
            await AssertHoldsAsync(reader, "key", BitConverter.GetBytes(i));
        }

        await writer.RemoveAsync("key", default);
        await AssertMissingAsync(reader, "key");
    }

    [Fact]
    public async Task Cancelled_call_does_nothing_and_says_so()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("key", Text("old"), null, default);
        var cancelled = new CancellationToken(canceled: true);

        await ThrowsCancelledAsync(() => store.GetAsync("key", cancelled).AsTask());
        await ThrowsCancelledAsync(() => store.GetManyAsync(["key"], cancelled).AsTask());
        await ThrowsCancelledAsync(() => store.SetAsync("key", Text("new"), null, cancelled).AsTask());
        await ThrowsCancelledAsync(() => store.RemoveAsync("key", cancelled).AsTask());
        await ThrowsCancelledAsync(() => store.RemoveManyAsync(["key"], cancelled).AsTask());
        await ThrowsCancelledAsync(() => store.GetTimeToLiveAsync("key", cancelled).AsTask());
        await ThrowsCancelledAsync(() => store.SetTimeToLiveAsync("key", TimeSpan.FromMinutes(1), cancelled).AsTask());
        await ThrowsCancelledAsync(async () =>
        {
            await foreach (string _ in store.ScanAsync("", cancelled))
            {
            }
        });

        await AssertHoldsAsync(store, "key", Text("old"));
        Assert.Equal(StoreTimeToLive.Infinite, await store.GetTimeToLiveAsync("key", default));
    }

    [Fact]
    public async Task Write_cancelled_under_way_has_happened_or_not_and_the_store_goes_on()
    {
        ICacheStore store = await ConnectAsync();
        var random = new Random(1);
        byte[] last = WholeValue(0);
        await store.SetAsync("key", last, null, default);
        for (int i = 1; i <= 60; i++)
        {
            byte[] next = WholeValue(i);
            using var cancellation = new CancellationTokenSource();
            Task write = store.SetAsync("key", next, null, cancellation.Token).AsTask();
            for (int spins = random.Next(2000); spins > 0; spins--)
                Thread.SpinWait(10);
            await cancellation.CancelAsync();
            bool acknowledged = await write.ContinueWith(task => task.IsCompletedSuccessfully, TaskScheduler.Default);

            byte[] now = (await store.GetAsync("key", default))!.Value.ToArray();
            Assert.True(now.AsSpan().SequenceEqual(next) || (!acknowledged && now.AsSpan().SequenceEqual(last)), $"Round {i}: neither the old value nor the new one, or the old one after an acknowledged write.");

            // A write that was given up may still be on its way; this one comes after it.
            await store.SetAsync("key", last = next, null, default);
        }
    }

    private static async Task ThrowsCancelledAsync(Func<Task> call) => await Assert.ThrowsAnyAsync<OperationCanceledException>(call);

    // A length and one byte repeated, both of which follow from the number: a mix of two of them shows.
    private static byte[] WholeValue(int number)
    {
        byte[] value = new byte[1 + (number * 3917 % 50_000)];
        Array.Fill(value, (byte)number);
        return value;
    }

    private static void AssertWhole(ReadOnlySpan<byte> value)
    {
        byte number = value[0];
        Assert.False(value.ContainsAnyExcept(number), "The value is a mix of several.");
        Assert.True(WholeValue(number).Length == value.Length, $"{value.Length} bytes of {number}: the value is cut.");
    }
}
