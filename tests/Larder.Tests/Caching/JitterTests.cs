namespace Larder.Tests.Caching;

/// <summary>TTLs that differ a little, so that what was written together does not expire together.</summary>
public sealed class JitterTests
{
    [Fact]
    public async Task A_ttl_is_lengthened_by_at_most_the_jitter()
    {
        await using var bed = new Testbed(configure: o =>
        {
            o.Jitter = TimeSpan.FromSeconds(30);
            o.Random = new Random(7);
        });
        TimeSpan[] ttls = [.. Enumerable.Range(0, 200).Select(i =>
        {
            bed.Cache.Set($"k{i}", i);
            return bed.Cache.GetTimeToLive($"k{i}").Remaining!.Value;
        })];

        Assert.All(ttls, ttl => Assert.InRange(ttl, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90)));
        Assert.True(ttls.Distinct().Count() > 150);
        Assert.True(ttls.Max() > TimeSpan.FromSeconds(85));
        Assert.True(ttls.Min() < TimeSpan.FromSeconds(65));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_ttls()
    {
        async Task<TimeSpan?> FirstAsync()
        {
            await using var bed = new Testbed(configure: o =>
            {
                o.Jitter = TimeSpan.FromSeconds(30);
                o.Random = new Random(42);
            });
            bed.Cache.Set("k", 1);
            return bed.Cache.GetTimeToLive("k").Remaining;
        }

        Assert.Equal(await FirstAsync(), await FirstAsync());
    }

    [Fact]
    public async Task Entries_that_never_expire_and_entries_without_jitter_are_left_alone()
    {
        await using var bed = new Testbed(configure: o => o.Jitter = TimeSpan.FromSeconds(30));
        bed.Cache.Set("for ever", 1, Timeout.InfiniteTimeSpan);
        bed.Cache.Set("exact", 1, options: new() { Jitter = TimeSpan.Zero });

        Assert.True(bed.Cache.GetTimeToLive("for ever").NeverExpires);
        Assert.Equal(TimeSpan.FromMinutes(1), bed.Cache.GetTimeToLive("exact").Remaining);
    }

    [Fact]
    public async Task Jitter_never_passes_an_absolute_expiration()
    {
        await using var bed = new Testbed(configure: o => o.Jitter = TimeSpan.FromHours(1));
        for (int i = 0; i < 50; i++)
        {
            bed.Cache.Set("k", 1, options: new() { AbsoluteExpiration = bed.Time.GetUtcNow() + TimeSpan.FromMinutes(2) });
            Assert.True(bed.Cache.GetTimeToLive("k").Remaining <= TimeSpan.FromMinutes(2));
        }
    }
}
