namespace Larder.Tests.Caching;

/// <summary>Factories that decide how their entry is kept, and ask their source only whether anything changed.</summary>
public sealed class AdaptiveTests : IAsyncDisposable
{
    private readonly Testbed _bed = new(configure: o => o.Grace = TimeSpan.FromHours(1));

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    private ValueTask<string> Ask(Action<EntryContext> decide, string value = "v", EntryOptions? options = null) => Cache.GetOrSetAsync<string>(
        "k",
        (entry, _) =>
        {
            decide(entry);
            return new ValueTask<string>(value);
        },
        options: options);

    [Fact]
    public async Task A_factory_decides_the_ttl()
    {
        await Ask(entry => entry.Ttl = TimeSpan.FromSeconds(5)).Soon();
        Assert.Equal(TimeSpan.FromSeconds(5), Cache.GetTimeToLive("k").Remaining);
    }

    [Fact]
    public async Task A_factory_decides_how_long_its_value_may_be_served_stale()
    {
        await Ask(entry => entry.Grace = TimeSpan.FromMinutes(1)).Soon();
        _bed.Advance(TimeSpan.FromMinutes(1.5));
        Assert.Equal("v", await Ask(_ => throw new IOException("down")).Soon());

        _bed.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<IOException>(() => Ask(_ => throw new IOException("down")).Soon());
    }

    [Fact]
    public async Task A_factory_begins_with_what_caller_and_cache_want()
    {
        EntryOptions options = new() { Ttl = TimeSpan.FromSeconds(7), Tags = ["t"], Size = 12, SlidingExpiration = TimeSpan.FromSeconds(3), Tiers = Tiers.Memory };
        await Ask(
            entry =>
            {
                Assert.Equal("k", entry.Key);
                Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromHours(1)), (entry.Ttl, entry.Grace));
                Assert.Equal((TimeSpan.FromSeconds(3), 12L, Tiers.Memory), (entry.SlidingExpiration, entry.Size, entry.Tiers));
                Assert.Equal(["t"], entry.Tags!);
                Assert.False(entry.HasStale || entry.DoNotCache);
                Assert.Null(entry.ETag);
            },
            options: options).Soon();
        Assert.Equal(1, Cache.Statistics.Sets);
    }

    [Fact]
    public async Task A_factory_can_keep_its_value_out_of_the_cache()
    {
        Assert.Equal("v", await Ask(entry => entry.DoNotCache = true).Soon());
        Assert.False(Cache.Contains("k"));
        Assert.Equal(0, Cache.Statistics.Sets);
    }

    [Fact]
    public async Task A_value_that_is_kept_out_of_the_cache_still_reaches_everybody_who_waits()
    {
        var gate = new FactoryGate<string>("v") { Decide = entry => entry.DoNotCache = true };
        Task<string>[] callers = [.. Enumerable.Range(0, 3).Select(_ => Cache.GetOrSetAsync<string>("k", gate.RunAdaptiveAsync).AsTask())];
        await gate.OpenAsync();

        Assert.All(await Task.WhenAll(callers).Soon(), value => Assert.Equal("v", value));
        Assert.Equal(1, gate.Calls);
    }

    [Fact]
    public async Task A_factory_decides_tags_sliding_and_absolute_expiration()
    {
        await Ask(entry =>
        {
            entry.Tags = ["x"];
            entry.SlidingExpiration = TimeSpan.FromSeconds(10);
            entry.AbsoluteExpiration = _bed.Time.GetUtcNow() + TimeSpan.FromSeconds(15);
        }).Soon();
        _bed.Advance(TimeSpan.FromSeconds(8));
        Assert.True(Cache.TryGet("k", out string _));
        Assert.Equal(TimeSpan.FromSeconds(7), Cache.GetTimeToLive("k").Remaining);
        Cache.RemoveByTag("x");

        Assert.False(Cache.Contains("k"));
    }

    [Fact]
    public async Task A_decision_that_makes_no_sense_is_the_factorys_failure()
    {
        ArgumentException error = await Assert.ThrowsAnyAsync<ArgumentException>(() => Ask(entry => entry.Ttl = TimeSpan.Zero).Soon());

        Assert.Contains("Ttl", error.Message, StringComparison.Ordinal);
        Assert.False(Cache.Contains("k"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Ask(entry => entry.Tags = [""]).Soon());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Ask(entry => entry.Grace = TimeSpan.FromSeconds(-1)).Soon());
    }

    [Fact]
    public async Task What_has_not_changed_is_fresh_again_without_being_fetched()
    {
        DateTimeOffset changed = _bed.Time.GetUtcNow();
        await Ask(entry =>
        {
            entry.ETag = "\"1\"";
            entry.LastModified = changed;
        }).Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));
        string value = await Cache.GetOrSetAsync<string>("k", (entry, _) =>
        {
            Assert.True(entry.HasStale && entry.TryGetStale(out string stale) && stale == "v");
            Assert.Equal(("\"1\"", changed), (entry.ETag, entry.LastModified));
            return new ValueTask<string>(entry.NotModified<string>());
        }).Soon();

        Assert.Equal("v", value);
        Assert.Equal(TimeSpan.FromMinutes(1), Cache.GetTimeToLive("k").Remaining);

        // The validator is kept with it.
        _bed.Advance(TimeSpan.FromMinutes(2));
        await Ask(entry => Assert.Equal("\"1\"", entry.ETag), "new").Soon();
        Assert.Equal("new", Cache.Get<string>("k"));
    }

    [Fact]
    public async Task Another_value_does_not_inherit_the_validators_of_the_one_before()
    {
        await Ask(entry => (entry.ETag, entry.LastModified) = ("\"1\"", _bed.Time.GetUtcNow())).Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));
        await Ask(entry => Assert.Equal("\"1\"", entry.ETag), "second").Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));
        await Ask(
            entry =>
            {
                Assert.True(entry.TryGetStale(out string stale) && stale == "second");
                Assert.Equal((null, null), (entry.ETag, entry.LastModified));
                entry.LastModified = _bed.Time.GetUtcNow();
            },
            "third").Soon();
        DateTimeOffset set = _bed.Time.GetUtcNow();
        _bed.Advance(TimeSpan.FromMinutes(2));

        await Ask(entry => Assert.Equal((null, set), (entry.ETag, entry.LastModified))).Soon();
    }

    [Fact]
    public async Task What_an_eager_refresh_finds_unchanged_is_kept_with_its_validator()
    {
        var options = new EntryOptions { EagerRefresh = 0.5, Grace = TimeSpan.Zero };
        ValueTask<string> Fetch(EntryContext entry, CancellationToken ct)
        {
            if (entry.ETag == "\"1\"")
                return new(entry.NotModified<string>());
            entry.ETag = "\"1\"";
            return new("fetched");
        }

        await Cache.GetOrSetAsync<string>("k", Fetch, options: options).Soon();
        for (int i = 1; i <= 2; i++)
        {
            _bed.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal("fetched", await Cache.GetOrSetAsync<string>("k", Fetch, options: options).Soon());
            await Waiting.UntilAsync(() => Cache.GetTimeToLive("k").Remaining == TimeSpan.FromMinutes(1));
        }

        Assert.Equal((2, 0), (Cache.Statistics.EagerRefreshes, Cache.Statistics.FactoryFailures));
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task The_validator_survives_a_restart(StoreKind kind)
    {
        await using var bed = new Testbed(kind, o => o.Grace = TimeSpan.FromHours(1));
        await bed.Another().GetOrSetAsync<string>("k", (entry, _) =>
        {
            entry.ETag = "\"7\"";
            return new ValueTask<string>("v");
        }).Soon();
        bed.Advance(TimeSpan.FromMinutes(2));

        string value = await bed.Cache.GetOrSetAsync<string>("k", (entry, _) => new ValueTask<string>(entry.ETag == "\"7\"" ? entry.NotModified<string>() : "fetched")).Soon();
        Assert.Equal("v", value);
    }

    [Fact]
    public async Task Without_anything_stale_there_is_nothing_to_keep()
    {
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Cache.GetOrSetAsync<string>("k", (entry, _) => new ValueTask<string>(entry.NotModified<string>())).Soon());

        Assert.Contains("HasStale", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_removed_while_the_source_was_asked_is_not_renewed()
    {
        await Ask(entry => entry.ETag = "\"1\"").Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));
        await Cache.GetOrSetAsync<string>("k", async (entry, _) =>
        {
            await Cache.RemoveAsync("k");
            return entry.NotModified<string>();
        }).Soon();

        Assert.False(Cache.Contains("k"));
    }

    [Fact]
    public async Task After_a_removal_the_factory_sees_nothing_stale()
    {
        await Ask(entry => entry.ETag = "\"1\"").Soon();
        _bed.Advance(TimeSpan.FromMinutes(2));
        Cache.Remove("k");
        await Ask(entry => Assert.False(entry.HasStale || entry.ETag is not null)).Soon();

        Assert.True(Cache.Contains("k"));
    }
}
