using Larder.Stores;

namespace Larder.Conformance;

/// <summary>What a TTL means.</summary>
public abstract partial class StoreConformance
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(40);

    [Theory]
    [InlineData(0.0001)]
    [InlineData(0.9)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1100)]
    public async Task Entry_is_gone_when_its_TTL_has_passed(double milliseconds)
    {
        ICacheStore store = await ConnectAsync();
        TimeSpan timeToLive = TimeSpan.FromMilliseconds(milliseconds);

        await store.SetAsync("key", Text("value"), timeToLive, default);
        await PassAsync(timeToLive);

        await AssertMissingAsync(store, "key");
    }

    [Fact]
    public async Task Entry_lives_while_its_TTL_has_not_passed()
    {
        ICacheStore store = await ConnectAsync();

        await store.SetAsync("key", Text("value"), TimeSpan.FromHours(1), default);
        await PassAsync(Short);

        await AssertHoldsAsync(store, "key", Text("value"));
    }

    [Fact]
    public async Task Of_TTLs_from_a_millisecond_to_never_those_that_passed_are_gone()
    {
        ICacheStore store = await ConnectAsync();
        TimeSpan[] passing = [.. ((double[])[1, 2, 5, 10, 20, 50, 100, 200]).Select(TimeSpan.FromMilliseconds)];
        TimeSpan?[] staying = [TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(1000), TimeSpan.MaxValue, null];
        foreach ((int i, TimeSpan timeToLive) in passing.Index())
            await store.SetAsync($"passes:{i}", Text("value"), timeToLive, default);
        foreach ((int i, TimeSpan? timeToLive) in staying.Index())
            await store.SetAsync($"stays:{i}", Text("value"), timeToLive, default);

        await PassAsync(passing[^1]);

        string[] expected = [.. staying.Index().Select(one => $"stays:{one.Index}")];
        await AssertListsAsync(store, "", expected);
        Assert.All(await store.GetManyAsync([.. passing.Index().Select(one => $"passes:{one.Index}")], default), value => Assert.False(value.HasValue));
        Assert.All(await store.GetManyAsync(expected, default), value => Assert.True(value.HasValue));
    }

    [Fact]
    public async Task Entry_without_a_TTL_stays()
    {
        ICacheStore store = await ConnectAsync();

        await store.SetAsync("key", Text("value"), null, default);
        await PassAsync(Short);

        await AssertHoldsAsync(store, "key", Text("value"));
        Assert.Equal(StoreTimeToLive.Infinite, await store.GetTimeToLiveAsync("key", default));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(365 * 100)]
    [InlineData(365 * 9000)]
    public async Task Long_TTL_is_kept(int days)
    {
        ICacheStore store = await ConnectAsync();

        await store.SetAsync("key", Text("value"), TimeSpan.FromDays(days), default);

        await AssertHoldsAsync(store, "key", Text("value"));
        StoreTimeToLive left = await store.GetTimeToLiveAsync("key", default);
        Assert.True(left.Exists);
        Assert.True(left.Remaining is null || left.Remaining > TimeSpan.FromDays(29), $"{left.Remaining} of {days} days is left.");
    }

    [Fact]
    public async Task Longest_TTL_is_kept()
    {
        ICacheStore store = await ConnectAsync();

        await store.SetAsync("key", Text("value"), TimeSpan.MaxValue, default);
        await store.SetAsync("other", Text("value"), TimeSpan.MaxValue - TimeSpan.FromMilliseconds(1), default);

        await AssertHoldsAsync(store, "key", Text("value"));
        await AssertHoldsAsync(store, "other", Text("value"));
        Assert.True(await store.SetTimeToLiveAsync("key", TimeSpan.MaxValue, default));
        await AssertHoldsAsync(store, "key", Text("value"));
        Assert.True((await store.GetTimeToLiveAsync("key", default)).Exists);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task TTL_that_is_not_positive_is_refused(int ticks)
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("key", Text("old"), null, default);

        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.SetAsync("key", Text("new"), TimeSpan.FromTicks(ticks), default).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.SetTimeToLiveAsync("key", TimeSpan.FromTicks(ticks), default).AsTask());

        await AssertHoldsAsync(store, "key", Text("old"));
        Assert.Equal(StoreTimeToLive.Infinite, await store.GetTimeToLiveAsync("key", default));
    }

    [Fact]
    public async Task Set_replaces_a_short_TTL_by_none()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("key", Text("old"), Short, default);

        await store.SetAsync("key", Text("new"), null, default);
        await PassAsync(Short);

        await AssertHoldsAsync(store, "key", Text("new"));
    }

    [Fact]
    public async Task Set_replaces_a_long_TTL_by_a_short_one()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("a", Text("old"), TimeSpan.FromHours(1), default);
        await store.SetAsync("b", Text("old"), null, default);

        await store.SetAsync("a", Text("new"), Short, default);
        await store.SetAsync("b", Text("new"), Short, default);
        await PassAsync(Short);

        await AssertMissingAsync(store, "a");
        await AssertMissingAsync(store, "b");
    }

    [Fact]
    public async Task Expired_entry_is_seen_by_nobody()
    {
        ICacheStore store = await ConnectAsync();
        foreach (string key in (string[])["a", "b", "c", "d"])
            await store.SetAsync(key, Text("value"), Short, default);
        await PassAsync(Short);

        await AssertListsAsync(store, "");
        Assert.All(await store.GetManyAsync(["a", "b"], default), value => Assert.False(value.HasValue));
        Assert.Equal(StoreTimeToLive.Missing, await store.GetTimeToLiveAsync("a", default));
        Assert.False(await store.SetTimeToLiveAsync("a", TimeSpan.FromHours(1), default));
        await AssertMissingAsync(store, "a");
        Assert.False(await store.RemoveAsync("b", default));
        Assert.Equal(0, await store.RemoveManyAsync(["c", "d"], default));
    }

    [Fact]
    public async Task Remaining_life_is_told()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("key", Text("value"), TimeSpan.FromHours(1), default);

        StoreTimeToLive before = await store.GetTimeToLiveAsync("key", default);
        await PassAsync(Short);
        StoreTimeToLive after = await store.GetTimeToLiveAsync("key", default);

        Assert.True(before.Exists && after.Exists);
        Assert.InRange(before.Remaining!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        Assert.InRange(after.Remaining!.Value, TimeSpan.FromMinutes(59), before.Remaining.Value - Short);
    }

    [Fact]
    public async Task TTL_can_be_shortened()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("a", Text("value"), TimeSpan.FromHours(1), default);
        await store.SetAsync("b", Text("value"), null, default);

        Assert.True(await store.SetTimeToLiveAsync("a", Short, default));
        Assert.True(await store.SetTimeToLiveAsync("b", Short, default));
        await PassAsync(Short);

        await AssertMissingAsync(store, "a");
        await AssertMissingAsync(store, "b");
    }

    [Fact]
    public async Task TTL_can_be_lengthened_and_the_value_stays()
    {
        ICacheStore store = await ConnectAsync();
        byte[] value = RandomBytes(1000);
        TimeSpan timeToLive = TimeSpan.FromMinutes(1);
        await store.SetAsync("a", value, timeToLive, default);
        await store.SetAsync("b", value, timeToLive, default);

        Assert.True(await store.SetTimeToLiveAsync("a", TimeSpan.FromHours(1), default));
        Assert.True(await store.SetTimeToLiveAsync("b", null, default));

        Assert.True((await store.GetTimeToLiveAsync("a", default)).Remaining > TimeSpan.FromMinutes(59));
        Assert.Equal(StoreTimeToLive.Infinite, await store.GetTimeToLiveAsync("b", default));
        await AssertHoldsAsync(store, "a", value);
        await AssertHoldsAsync(store, "b", value);
    }

    [Fact]
    public async Task TTL_of_a_missing_entry_cannot_be_set()
    {
        ICacheStore store = await ConnectAsync();

        Assert.False(await store.SetTimeToLiveAsync("key", TimeSpan.FromHours(1), default));
        Assert.False(await store.SetTimeToLiveAsync("key", null, default));
        await AssertMissingAsync(store, "key");
        await AssertListsAsync(store, "");
    }
}
