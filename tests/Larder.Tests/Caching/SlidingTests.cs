namespace Larder.Tests.Caching;

/// <summary>Entries that live for as long as they are asked for.</summary>
public sealed class SlidingTests : IAsyncDisposable
{
    private static readonly EntryOptions Sliding = new() { Ttl = TimeSpan.FromMinutes(10), SlidingExpiration = TimeSpan.FromMinutes(1) };

    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public void A_hit_begins_the_slide_anew()
    {
        Cache.Set("k", 1, options: Sliding);
        for (int i = 0; i < 5; i++)
        {
            _bed.Advance(TimeSpan.FromSeconds(50));
            Assert.True(Cache.TryGet("k", out int _));
        }

        _bed.Advance(TimeSpan.FromMinutes(1));
        Assert.False(Cache.TryGet("k", out int _));
    }

    [Fact]
    public void The_ttl_bounds_all_sliding()
    {
        Cache.Set("k", 1, options: Sliding);
        for (int i = 0; i < 11; i++)
        {
            _bed.Advance(TimeSpan.FromSeconds(50));
            Assert.True(Cache.TryGet("k", out int _));
        }

        _bed.Advance(TimeSpan.FromSeconds(50));
        Assert.False(Cache.TryGet("k", out int _));
    }

    [Fact]
    public void Looking_whether_it_is_there_slides_nothing()
    {
        Cache.Set("k", 1, options: Sliding);
        _bed.Advance(TimeSpan.FromSeconds(50));
        Assert.True(Cache.Contains("k"));
        Assert.Equal(TimeSpan.FromSeconds(10), Cache.GetTimeToLive("k").Remaining);

        _bed.Advance(TimeSpan.FromSeconds(10));
        Assert.False(Cache.Contains("k"));
    }

    [Fact]
    public void An_absolute_expiration_bounds_sliding_too()
    {
        Cache.Set("k", 1, options: Sliding with { AbsoluteExpiration = _bed.Time.GetUtcNow() + TimeSpan.FromSeconds(90) });
        _bed.Advance(TimeSpan.FromSeconds(50));
        Assert.True(Cache.TryGet("k", out int _));
        Assert.Equal(TimeSpan.FromSeconds(40), Cache.GetTimeToLive("k").Remaining);
    }

    [Fact]
    public void Another_ttl_moves_the_end_of_sliding()
    {
        Cache.Set("k", 1, options: Sliding);
        Assert.True(Cache.SetTimeToLive("k", TimeSpan.FromHours(1)));
        for (int i = 0; i < 40; i++)
        {
            _bed.Advance(TimeSpan.FromSeconds(50));
            Assert.True(Cache.TryGet("k", out int _));
        }
    }

    [Fact]
    public void A_refreshed_entry_slides_for_its_whole_ttl_again()
    {
        Cache.Set("k", 1, options: Sliding);
        for (int i = 0; i < 11; i++)
        {
            _bed.Advance(TimeSpan.FromSeconds(50));
            Assert.True(Cache.TryGet("k", out int _));
        }

        Assert.True(Cache.Refresh("k"));
        for (int i = 0; i < 11; i++)
        {
            _bed.Advance(TimeSpan.FromSeconds(50));
            Assert.True(Cache.TryGet("k", out int _));
        }
    }

    [Fact]
    public async Task Grace_begins_where_the_slide_ends()
    {
        EntryOptions options = Sliding with { Grace = TimeSpan.FromMinutes(1) };
        Cache.Set("k", "old", options: options);
        _bed.Advance(TimeSpan.FromSeconds(50));
        Cache.TryGet("k", out string _);
        _bed.Advance(TimeSpan.FromSeconds(119));

        Assert.Equal("old", await Cache.GetOrSetAsync<string>("k", (CancellationToken _) => throw new IOException(), options: options with { GraceThrottle = TimeSpan.FromMilliseconds(1) }).Soon());
        _bed.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<IOException>(() => Cache.GetOrSetAsync<string>("k", (CancellationToken _) => throw new IOException(), options: options).Soon());
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task A_hit_keeps_the_stored_entry_alive_for_others(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("k", 1, options: Sliding).Soon();
        for (int i = 0; i < 3; i++)
        {
            bed.Advance(TimeSpan.FromSeconds(50));
            Assert.True(bed.Cache.TryGet("k", out int _));
        }

        Assert.Equal(1, await bed.Another().GetAsync<int>("k").Soon());
    }
}
