using Larder.Conformance.Faults;

namespace Larder.Tests.Caching;

/// <summary>Asking for, changing and renewing the time an entry has left, with and without a store.</summary>
public sealed class TimeToLiveTests
{
    public static TheoryData<StoreKind> Kinds => [.. Enum.GetValues<StoreKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_left_counts_down(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        Assert.Equal(TimeToLive.Missing, await bed.Cache.GetTimeToLiveAsync("k").Soon());
        await bed.Cache.SetAsync("k", 1, TimeSpan.FromSeconds(30)).Soon();
        bed.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(new TimeToLive(true, TimeSpan.FromSeconds(20)), await bed.Cache.GetTimeToLiveAsync("k").Soon());
        bed.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeToLive.Missing, await bed.Cache.GetTimeToLiveAsync("k").Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Another_ttl_holds_everywhere_and_leaves_the_value(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("k", "v", TimeSpan.FromSeconds(30)).Soon();
        bed.Advance(TimeSpan.FromSeconds(20));
        Assert.True(await bed.Cache.SetTimeToLiveAsync("k", TimeSpan.FromMinutes(10)).Soon());
        bed.Advance(TimeSpan.FromMinutes(9));

        Assert.Equal("v", await bed.Cache.GetAsync<string>("k").Soon());
        Assert.Equal(TimeSpan.FromMinutes(1), (await bed.Cache.GetTimeToLiveAsync("k").Soon()).Remaining);
        if (bed.HasStore)
        {
            Cache another = bed.Another();
            Assert.Equal("v", await another.GetAsync<string>("k").Soon());
            Assert.Equal(TimeSpan.FromMinutes(1), (await another.GetTimeToLiveAsync("k").Soon()).Remaining);
        }

        bed.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await bed.Cache.ContainsAsync("k").Soon());
        if (bed.HasStore)
            Assert.False(await bed.Another().ContainsAsync("k").Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_shorter_ttl_ends_the_entry_earlier(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("k", 1, Timeout.InfiniteTimeSpan).Soon();
        Assert.True((await bed.Cache.GetTimeToLiveAsync("k").Soon()).NeverExpires);
        Assert.True(await bed.Cache.SetTimeToLiveAsync("k", TimeSpan.FromSeconds(5)).Soon());
        bed.Advance(TimeSpan.FromSeconds(5));

        Assert.False(await bed.Cache.ContainsAsync("k").Soon());
        if (bed.HasStore)
            Assert.False(await bed.Another().ContainsAsync("k").Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_entry_can_be_told_never_to_expire(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("k", 1).Soon();
        Assert.True(await bed.Cache.SetTimeToLiveAsync("k", Timeout.InfiniteTimeSpan).Soon());
        bed.Time.Leap(TimeSpan.FromDays(3650));

        Assert.True((await bed.Cache.GetTimeToLiveAsync("k").Soon()).NeverExpires);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Refresh_begins_the_entrys_own_ttl_anew(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("k", 1, TimeSpan.FromSeconds(30)).Soon();
        bed.Advance(TimeSpan.FromSeconds(20));
        Assert.True(await bed.Cache.RefreshAsync("k").Soon());

        Assert.Equal(TimeSpan.FromSeconds(30), (await bed.Cache.GetTimeToLiveAsync("k").Soon()).Remaining);
        if (bed.HasStore)
            Assert.Equal(TimeSpan.FromSeconds(30), (await bed.Another().GetTimeToLiveAsync("k").Soon()).Remaining);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_not_there_gets_no_ttl(StoreKind kind)
    {
        await using var bed = new Testbed(kind);

        Assert.False(await bed.Cache.SetTimeToLiveAsync("k", TimeSpan.FromHours(1)).Soon());
        Assert.False(await bed.Cache.RefreshAsync("k").Soon());
        Assert.False(await bed.Cache.ContainsAsync("k").Soon());
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task An_entry_that_only_the_store_has_gets_its_ttl_too(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Another().SetAsync("k", "v", TimeSpan.FromSeconds(30)).Soon();

        Assert.True(await bed.Cache.SetTimeToLiveAsync("k", TimeSpan.FromMinutes(10)).Soon());
        bed.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("v", await bed.Another().GetAsync<string>("k").Soon());
    }

    [Fact]
    public async Task Grace_follows_the_new_ttl()
    {
        await using var bed = new Testbed(configure: o => o.Grace = TimeSpan.FromMinutes(1));
        bed.Cache.Set("k", "old", TimeSpan.FromSeconds(10));
        bed.Cache.SetTimeToLive("k", TimeSpan.FromMinutes(5));
        bed.Advance(TimeSpan.FromMinutes(5.5));

        Assert.Equal("old", bed.Cache.GetOrSet<string>("k", (CancellationToken _) => throw new IOException()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task A_ttl_that_is_none_is_refused(int seconds)
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", 1);
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(() => bed.Cache.SetTimeToLive("k", TimeSpan.FromSeconds(seconds)));

        Assert.Contains("ttl", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.ThrowsAny<ArgumentException>(() => bed.Cache.Set("k", 2, TimeSpan.FromSeconds(seconds)));
        Assert.ThrowsAny<ArgumentException>(() => bed.Cache.GetOrSet("x", _ => 2, TimeSpan.FromSeconds(seconds)));
        Assert.Equal(1, bed.Cache.Get<int>("k"));
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task A_reader_is_not_misled_while_the_ttl_is_being_changed(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Another().SetAsync("k", "v").Soon();
        Fault read = bed.Store.HoldReply(StoreCalls.Get, times: 2);
        Task<bool> change = Task.Run(() => bed.Cache.SetTimeToLiveAsync("k", TimeSpan.FromMinutes(10)).AsTask());
        await read.ReachedAsync(1).Soon();
        Task<string?> reader = Task.Run(() => bed.Cache.GetAsync<string>("k").AsTask());
        read.End();

        Assert.Equal("v", await reader.Soon());
        Assert.True(await change.Soon());
    }

    [Fact]
    public async Task A_change_of_the_wall_clock_moves_nothing()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", 1, TimeSpan.FromMinutes(1));
        bed.Time.WallClockOffset = TimeSpan.FromHours(-5);
        Assert.Equal(TimeSpan.FromMinutes(1), bed.Cache.GetTimeToLive("k").Remaining);
        bed.Advance(TimeSpan.FromMinutes(1));

        Assert.False(bed.Cache.Contains("k"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_entry_that_never_ended_gets_the_grace_of_the_cache_with_its_new_ttl(StoreKind kind)
    {
        await using var bed = new Testbed(kind, static o => o.Grace = TimeSpan.FromHours(1));
        await bed.Cache.SetAsync("k", "v", Timeout.InfiniteTimeSpan).Soon();
        Assert.True(await bed.Cache.SetTimeToLiveAsync("k", TimeSpan.FromMinutes(1)).Soon());
        bed.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal("v", await bed.Cache.GetOrSetAsync<string>("k", (CancellationToken _) => throw new IOException()).Soon());
        bed.Advance(TimeSpan.FromMinutes(31));
        await Assert.ThrowsAsync<IOException>(() => bed.Cache.GetOrSetAsync<string>("k", (CancellationToken _) => throw new IOException()).Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_grace_without_end_stays_without_end(StoreKind kind)
    {
        await using var bed = new Testbed(kind, static o => o.Grace = TimeSpan.MaxValue);
        await bed.Cache.SetAsync("k", "v").Soon();
        Assert.True(await bed.Cache.SetTimeToLiveAsync("k", TimeSpan.FromMinutes(2)).Soon());
        Assert.True(await bed.Cache.RefreshAsync("k").Soon());
        bed.Advance(TimeSpan.FromHours(3));

        Assert.Equal("v", await bed.Cache.GetOrSetAsync<string>("k", (CancellationToken _) => throw new IOException()).Soon());
    }

    [Theory]
    [MemberData(nameof(Extremes))]
    public async Task The_longest_and_the_shortest_spans_there_are_can_be_asked_for(StoreKind kind, TimeSpan span, bool forEver)
    {
        await using var bed = new Testbed(kind, static o =>
        {
            o.Grace = TimeSpan.MaxValue;
            o.Jitter = TimeSpan.MaxValue;
        });
        await bed.Cache.SetAsync("by ttl", 1, span).Soon();
        await bed.Cache.SetAsync("by slide", 1, Timeout.InfiniteTimeSpan, new() { SlidingExpiration = span }).Soon();
        await bed.Cache.SetAsync("changed", 1, TimeSpan.FromMinutes(5)).Soon();
        Assert.True(await bed.Cache.SetTimeToLiveAsync("changed", span).Soon());
        Assert.True(await bed.Cache.SetTimeToLiveAsync("by slide", span).Soon());
        Assert.True(await bed.Cache.RefreshAsync("by ttl").Soon());

        Cache reader = bed.HasStore ? bed.Another() : bed.Cache;
        foreach (string key in (string[])["by ttl", "by slide", "changed"])
        {
            TimeToLive left = await reader.GetTimeToLiveAsync(key).Soon();
            Assert.True(left.Found, key);
            Assert.Equal(forEver, left.NeverExpires);
        }

        bed.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(forEver, await bed.Cache.ContainsAsync("changed").Soon());
    }

    public static TheoryData<StoreKind, TimeSpan, bool> Extremes
    {
        get
        {
            var cases = new TheoryData<StoreKind, TimeSpan, bool>();
            foreach (StoreKind kind in Enum.GetValues<StoreKind>())
            {
                cases.Add(kind, TimeSpan.FromTicks(1), false);
                cases.Add(kind, TimeSpan.MaxValue - TimeSpan.FromTicks(1), true);
                cases.Add(kind, TimeSpan.MaxValue, true);
            }

            return cases;
        }
    }
}
