namespace Larder.Tests.Caching;

/// <summary>Entries that end at a moment of the wall clock.</summary>
public sealed class AbsoluteExpirationTests : IAsyncDisposable
{
    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public void The_earlier_of_moment_and_ttl_holds()
    {
        DateTimeOffset now = _bed.Time.GetUtcNow();
        Cache.Set("moment", 1, TimeSpan.FromMinutes(5), new() { AbsoluteExpiration = now + TimeSpan.FromMinutes(1) });
        Cache.Set("ttl", 1, TimeSpan.FromMinutes(1), new() { AbsoluteExpiration = now + TimeSpan.FromMinutes(5) });
        Cache.Set("for ever", 1, Timeout.InfiniteTimeSpan, new() { AbsoluteExpiration = now + TimeSpan.FromMinutes(2) });

        Assert.Equal(TimeSpan.FromMinutes(1), Cache.GetTimeToLive("moment").Remaining);
        Assert.Equal(TimeSpan.FromMinutes(1), Cache.GetTimeToLive("ttl").Remaining);
        Assert.Equal(TimeSpan.FromMinutes(2), Cache.GetTimeToLive("for ever").Remaining);
    }

    [Fact]
    public void An_entry_without_a_ttl_of_its_own_has_that_of_the_cache_besides()
    {
        EntryOptions moment = new() { AbsoluteExpiration = _bed.Time.GetUtcNow() + TimeSpan.FromHours(1) };
        EntryOptions slide = new() { SlidingExpiration = TimeSpan.FromHours(1) };
        Cache.Set("moment", 1, options: moment);
        Cache.Set("slide", 1, options: slide);
        Cache.Set("moment alone", 1, Timeout.InfiniteTimeSpan, moment);
        Cache.Set("slide alone", 1, options: slide with { Ttl = Timeout.InfiniteTimeSpan });

        Assert.Equal(TimeSpan.FromMinutes(1), Cache.GetTimeToLive("moment").Remaining);
        Assert.Equal(TimeSpan.FromMinutes(1), Cache.GetTimeToLive("slide").Remaining);
        Assert.Equal(TimeSpan.FromHours(1), Cache.GetTimeToLive("moment alone").Remaining);
        Assert.Equal(TimeSpan.FromHours(1), Cache.GetTimeToLive("slide alone").Remaining);
    }

    [Fact]
    public void The_moment_is_the_same_in_every_time_zone()
    {
        Cache.Set("k", 1, Timeout.InfiniteTimeSpan, new() { AbsoluteExpiration = (_bed.Time.GetUtcNow() + TimeSpan.FromMinutes(2)).ToOffset(TimeSpan.FromHours(9)) });

        Assert.Equal(TimeSpan.FromMinutes(2), Cache.GetTimeToLive("k").Remaining);
    }

    [Fact]
    public void A_moment_that_has_passed_leaves_nothing_fresh_not_even_what_was_there()
    {
        Cache.Set("k", "old");
        Cache.Set("k", "new", options: new() { AbsoluteExpiration = _bed.Time.GetUtcNow() - TimeSpan.FromDays(1) });

        Assert.False(Cache.TryGet("k", out string _));
    }

    [Fact]
    public async Task A_factory_that_says_a_moment_in_the_past_still_answers()
    {
        Assert.Equal(1, await Cache.GetOrSetAsync("k", _ => new ValueTask<int>(1), options: new() { AbsoluteExpiration = DateTimeOffset.UnixEpoch }).Soon());
        Assert.False(Cache.Contains("k"));
    }

    [Fact]
    public void The_ends_of_the_calendar_are_moments_too()
    {
        Cache.Set("last", 1, Timeout.InfiniteTimeSpan, new() { AbsoluteExpiration = DateTimeOffset.MaxValue });
        Cache.Set("first", 1, Timeout.InfiniteTimeSpan, new() { AbsoluteExpiration = DateTimeOffset.MinValue });

        Assert.True(Cache.Contains("last"));
        Assert.False(Cache.Contains("first"));
    }

    [Fact]
    public async Task A_moment_that_has_passed_is_past_for_whoever_reads_the_store_too()
    {
        // On the system's clocks: between the two of them a millisecond may be lost or won.
        await using var store = new Larder.Stores.InMemoryStore();
        await using var writer = Cache.Create(o => o.UseStore(store.Connect()));
        await using var reader = Cache.Create(o => o.UseStore(store.Connect()));
        for (int i = 0; i < 200; i++)
        {
            string key = $"k{i}";
            await writer.SetAsync(key, 1, options: new() { AbsoluteExpiration = DateTimeOffset.UtcNow, Grace = TimeSpan.FromHours(1) }).Soon();
            Assert.False(await writer.ContainsAsync(key).Soon());
            Assert.False((await reader.TryGetAsync<int>(key).Soon()).Found);
        }
    }
}
