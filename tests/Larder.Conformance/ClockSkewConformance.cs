using Larder.Stores;

namespace Larder.Conformance;

/// <summary>What holds when the clock of a process is an hour off, where the store keeps the time: for stores with a clock of their own.</summary>
public abstract class ClockSkewConformance : ConformanceTest
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(40);

    public static TheoryData<int> Skews => [-60, 60];

    /// <summary>Makes a connection to this test's data from a process whose clock is so much ahead (or, negative, behind).</summary>
    protected abstract ValueTask<ICacheStore> CreateSkewedStoreAsync(TimeSpan skew);

    [Theory]
    [MemberData(nameof(Skews))]
    public async Task What_a_skewed_process_writes_lives_as_long_as_it_says(int minutes)
    {
        ICacheStore sound = await ConnectAsync();
        ICacheStore skewed = await ConnectSkewedAsync(minutes);

        await skewed.SetAsync("long", Text("value"), TimeSpan.FromMinutes(30), default);
        await skewed.SetAsync("short", Text("value"), Short, default);
        await sound.SetAsync("changed", Text("value"), null, default);
        Assert.True(await skewed.SetTimeToLiveAsync("changed", TimeSpan.FromMinutes(30), default));

        foreach (string key in (string[])["long", "changed"])
        {
            await AssertHoldsAsync(sound, key, Text("value"));
            Assert.InRange((await sound.GetTimeToLiveAsync(key, default)).Remaining!.Value, TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
            Assert.InRange((await skewed.GetTimeToLiveAsync(key, default)).Remaining!.Value, TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
        }

        await PassAsync(Short);
        await AssertMissingAsync(sound, "short");
    }

    [Theory]
    [MemberData(nameof(Skews))]
    public async Task What_others_write_lives_as_long_for_a_skewed_process(int minutes)
    {
        ICacheStore sound = await ConnectAsync();
        ICacheStore skewed = await ConnectSkewedAsync(minutes);

        await sound.SetAsync("long", Text("value"), TimeSpan.FromMinutes(30), default);
        await sound.SetAsync("short", Text("value"), Short, default);

        await AssertHoldsAsync(skewed, "long", Text("value"));
        Assert.True((await skewed.GetManyAsync(["long"], default))[0].HasValue);
        Assert.Contains("long", await ListDistinctAsync(skewed, ""));
        await PassAsync(Short);
        await AssertMissingAsync(skewed, "short");
        Assert.Equal(["long"], await ListDistinctAsync(skewed, ""));
    }

    [Theory]
    [MemberData(nameof(Skews))]
    public async Task Lease_of_a_skewed_process_stands_as_long_as_it_says(int minutes)
    {
        ICacheStore sound = await ConnectAsync();
        ICacheStore skewed = await ConnectSkewedAsync(minutes);
        if (sound is not ILeasingStore other || skewed is not ILeasingStore holder)
        {
            // A store without leases lets everybody compute; its writes still live as long as they say.
            await skewed.SetAsync("key", Text("value"), TimeSpan.FromMinutes(30), default);
            await AssertHoldsAsync(sound, "key", Text("value"));
            return;
        }

        string? lease = await holder.TryAcquireLeaseAsync("key", TimeSpan.FromMinutes(30), default);
        Assert.NotNull(lease);
        Assert.Null(await other.TryAcquireLeaseAsync("key", TimeSpan.FromMinutes(30), default));
        Assert.True(await holder.SetWithLeaseAsync("key", lease, Text("value"), null, default));

        string? shortLease = await holder.TryAcquireLeaseAsync("key", Short, default);
        Assert.NotNull(shortLease);
        await PassAsync(Short);
        Assert.NotNull(await other.TryAcquireLeaseAsync("key", TimeSpan.FromMinutes(30), default));
        Assert.False(await holder.SetWithLeaseAsync("key", shortLease, Text("late"), null, default));
        Assert.Null(await holder.TryAcquireLeaseAsync("key", TimeSpan.FromMinutes(30), default));
    }

    [Theory]
    [MemberData(nameof(Skews))]
    public async Task Epochs_follow_each_other_whoever_bumps_them(int minutes)
    {
        ICacheStore[] stores = [await ConnectAsync(), await ConnectSkewedAsync(minutes)];
        long last = 0;

        for (int i = 0; i < 6; i++)
        {
            if (stores[i % 2] is IEpochStore epochs)
            {
                long epoch = await epochs.BumpEpochAsync("name", default);
                Assert.True(epoch > last, $"After {last} came {epoch}.");
                Assert.True((await ((IEpochStore)stores[(i + 1) % 2]).GetEpochsAsync(["name"], default)).Counter >= epoch);
                last = epoch;
            }
            else
            {
                await stores[i % 2].SetAsync("key", BitConverter.GetBytes(i), null, default);
                await AssertHoldsAsync(stores[(i + 1) % 2], "key", BitConverter.GetBytes(i));
            }
        }
    }

    private ValueTask<ICacheStore> ConnectSkewedAsync(int minutes) => KeepAsync(CreateSkewedStoreAsync(TimeSpan.FromMinutes(minutes)));
}
