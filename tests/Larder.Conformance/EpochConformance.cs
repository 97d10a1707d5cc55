using Larder.Stores;

namespace Larder.Conformance;

/// <summary>What <see cref="IEpochStore"/> means.</summary>
public abstract class EpochConformance : ConformanceTest
{
    [Fact]
    public async Task Name_never_cleared_has_epoch_0()
    {
        IEpochStore store = await ConnectEpochsAsync();
        await store.BumpEpochAsync("other", default);

        StoreEpochs epochs = await store.GetEpochsAsync(["name"], default);

        Assert.Equal([0], epochs.Epochs);
    }

    [Fact]
    public async Task Bump_adds_one_to_the_counter_and_gives_it_to_the_name()
    {
        IEpochStore store = await ConnectEpochsAsync();
        long counter = (await store.GetEpochsAsync([], default)).Counter;

        long first = await store.BumpEpochAsync("a", default);
        long second = await store.BumpEpochAsync("b", default);
        long third = await store.BumpEpochAsync("a", default);

        Assert.Equal([counter + 1, counter + 2, counter + 3], [first, second, third]);
        StoreEpochs epochs = await store.GetEpochsAsync(["a", "b"], default);
        Assert.Equal(third, epochs.Counter);
        Assert.Equal([third, second], epochs.Epochs);
    }

    [Fact]
    public async Task Epochs_come_in_the_order_asked()
    {
        IEpochStore store = await ConnectEpochsAsync();
        long a = await store.BumpEpochAsync("a", default);
        long b = await store.BumpEpochAsync("b", default);

        await AssertEpochsAsync(store, ["b", "never", "a", "b"], [b, 0, a, b]);
        Assert.Empty((await store.GetEpochsAsync([], default)).Epochs);
    }

    [Fact]
    public async Task Other_connections_see_a_bump_once_it_is_acknowledged()
    {
        IEpochStore one = await ConnectEpochsAsync();
        IEpochStore other = await ConnectEpochsAsync();

        for (int i = 0; i < 20; i++)
        {
            long epoch = await one.BumpEpochAsync("name", default);
            StoreEpochs seen = await other.GetEpochsAsync(["name"], default);
            Assert.Equal((epoch, epoch), (seen.Counter, seen.Epochs[0]));
        }
    }

    [Fact]
    public async Task Names_that_differ_ordinally_are_different()
    {
        IEpochStore store = await ConnectEpochsAsync();
        string[] names = [.. HostileKeys.All];
        var expected = new long[names.Length];
        for (int i = 0; i < names.Length; i++)
            expected[i] = await store.BumpEpochAsync(names[i], default);

        await AssertEpochsAsync(store, names, expected);
    }

    [Fact]
    public async Task Epochs_and_entries_of_one_name_are_strangers()
    {
        ICacheStore store = await ConnectAsync();
        var epochStore = (IEpochStore)store;
        long epoch = await epochStore.BumpEpochAsync("name", default);

        await AssertMissingAsync(store, "name");
        Assert.Empty(await ListAsync(store, ""));
        Assert.Equal(StoreTimeToLive.Missing, await store.GetTimeToLiveAsync("name", default));
        Assert.False(await store.RemoveAsync("name", default));
        await store.SetAsync("name", Text("value"), TimeSpan.FromHours(1), default);
        Assert.Equal(["name"], await ListDistinctAsync(store, ""));
        Assert.Equal(epoch + 1, await epochStore.BumpEpochAsync("name", default));
        await AssertHoldsAsync(store, "name", Text("value"));
        Assert.True(await store.SetTimeToLiveAsync("name", TimeSpan.FromMilliseconds(40), default));
        await PassAsync(TimeSpan.FromMilliseconds(40));
        await AssertEpochsAsync(epochStore, ["name"], [epoch + 1]);
    }

    [Fact]
    public async Task Concurrent_bumps_are_all_different_and_every_reader_sees_one_instant()
    {
        IEpochStore[] stores = [await ConnectEpochsAsync(), await ConnectEpochsAsync()];
        string[] names = ["a", "b", "c"];
        long before = (await stores[0].GetEpochsAsync([], default)).Counter;

        List<(string Name, long Epoch)>[] bumps = await TogetherAsync(8, async i =>
        {
            IEpochStore store = stores[i % 2];
            var mine = new List<(string, long)>();
            StoreEpochs last = default;
            for (int round = 0; round < 25; round++)
            {
                if (i < 4)
                {
                    string name = names[(i + round) % 3];
                    mine.Add((name, await store.BumpEpochAsync(name, default)));
                }
                else
                {
                    StoreEpochs now = await store.GetEpochsAsync(names, default);
                    // The counter is the newest of all epochs: seen at one instant, exactly.
                    Assert.Equal(now.Counter == before ? 0 : now.Counter, now.Epochs.Max());
                    Assert.True(now.Counter >= last.Counter, "The counter went backwards.");
                    if (last.Epochs is not null)
                        Assert.All(names.Index(), name => Assert.True(now.Epochs[name.Index] >= last.Epochs[name.Index], $"The epoch of {name.Item} went backwards."));
                    last = now;
                }
            }

            return mine;
        });

        (string Name, long Epoch)[] all = [.. bumps.SelectMany(bump => bump)];
        Assert.Equal(Enumerable.Range(1, 100).Select(i => before + i), all.Select(bump => bump.Epoch).Order());
        await AssertEpochsAsync(stores[0], names, names.Select(name => all.Where(bump => bump.Name == name).Max(bump => bump.Epoch)));
    }

    [Fact]
    public async Task Cancelled_call_does_nothing_and_says_so()
    {
        IEpochStore store = await ConnectEpochsAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.BumpEpochAsync("name", cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetEpochsAsync(["name"], cancelled).AsTask());

        await AssertEpochsAsync(store, ["name"], [0]);
    }

    private static async Task AssertEpochsAsync(IEpochStore store, string[] names, IEnumerable<long> expected)
    {
        StoreEpochs epochs = await store.GetEpochsAsync(names, default);
        Assert.Equal(expected, epochs.Epochs.AsEnumerable());
    }

    private async Task<IEpochStore> ConnectEpochsAsync() => Assert.IsType<IEpochStore>(await ConnectAsync(), exactMatch: false);
}
