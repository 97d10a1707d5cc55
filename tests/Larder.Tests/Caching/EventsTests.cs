using System.Collections.Concurrent;

namespace Larder.Tests.Caching;

/// <summary>What a cache tells while it happens.</summary>
public sealed class EventsTests : IAsyncDisposable
{
    private readonly Testbed _bed = new(configure: o => o.Grace = TimeSpan.FromMinutes(10));
    private readonly ConcurrentQueue<CacheEvent> _told = new();

    public EventsTests()
    {
        Cache.Events.Hit += (_, e) => _told.Enqueue(e);
        Cache.Events.Miss += (_, e) => _told.Enqueue(e);
        Cache.Events.Set += (_, e) => _told.Enqueue(e);
        Cache.Events.Removed += (_, e) => _told.Enqueue(e);
        Cache.Events.StaleServed += (_, e) => _told.Enqueue(e);
        Cache.Events.Invalidated += (_, e) => _told.Enqueue(e);
        Cache.Events.FactoryFailed += (_, e) => _told.Enqueue(e);
        Cache.Events.StoreFailed += (_, e) => _told.Enqueue(e);
    }

    private Cache Cache => _bed.Cache;

    private static EntryPartition Global => new(Cache.DefaultCollection, CacheScope.Global, null, null);

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    private CacheEvent[] Told()
    {
        CacheEvent[] told = [.. _told];
        _told.Clear();
        return told;
    }

    [Fact]
    public void A_miss_and_a_hit_are_told()
    {
        Cache.GetOrSet("k", _ => 1);
        Assert.Equal([new SetEvent("default", Global, "k", Tiers.Both, TimeSpan.FromMinutes(1)), new MissEvent("default", Global, "k")], Told());
        Cache.GetOrSet("k", _ => 1);
        Assert.Equal([new HitEvent("default", Global, "k", Tiers.Memory, TimeSpan.FromMinutes(1))], Told());
        Cache.Get<int>("other");
        Assert.Equal([new MissEvent("default", Global, "other")], Told());
    }

    [Fact]
    public void Asking_whether_it_is_there_is_neither()
    {
        Cache.Contains("k");
        Cache.GetTimeToLive("k");

        Assert.Empty(Told());
    }

    [Fact]
    public void A_removal_is_told_with_its_cause()
    {
        Cache.Set("k", 1);
        Cache.Set("k", 2);
        Cache.Remove("k");
        Cache.Remove("k");

        Assert.Equal([RemovalCause.Replaced, RemovalCause.Removed], Told().OfType<RemovedEvent>().Select(e => e.Cause));
    }

    [Fact]
    public void An_expiry_is_told_without_anybody_asking()
    {
        Cache.Set("k", 1);
        Told();
        _bed.Advance(TimeSpan.FromMinutes(12));

        Assert.Equal([new RemovedEvent("default", Global, "k", RemovalCause.Expired)], Told());
    }

    [Fact]
    public void Removals_of_many_are_told_once()
    {
        Cache.Set("k", 1, options: new() { Tags = ["t"] });
        Told();
        Cache.RemoveByTag("t");
        Cache.RemoveByPattern("k*");
        Cache.Collection("a").Clear();
        Cache.Clear();

        Assert.Equal(
            [
                new InvalidatedEvent("default", InvalidationKind.Tag, Cache.DefaultCollection, CacheScope.Global, "t"),
                new InvalidatedEvent("default", InvalidationKind.Pattern, Cache.DefaultCollection, CacheScope.Global, "k*"),
                new InvalidatedEvent("default", InvalidationKind.Clear, "a", null, null),
                new InvalidatedEvent("default", InvalidationKind.Clear, null, null, null),
            ],
            Told().OfType<InvalidatedEvent>());
    }

    [Fact]
    public void Stale_values_and_failures_are_told()
    {
        var error = new IOException();
        Cache.Set("k", 1);
        _bed.Advance(TimeSpan.FromMinutes(2));
        Told();
        Cache.GetOrSet<int>("k", (CancellationToken _) => throw error);
        Cache.GetOrSet<int>("k", (CancellationToken _) => throw error);
        Assert.Throws<IOException>(() => Cache.GetOrSet<int>("new", (CancellationToken _) => throw error));

        Assert.Equal(
            [
                new FactoryFailedEvent("default", Global, "k", error, Hidden: true),
                new StaleServedEvent("default", Global, "k", StaleReason.FactoryFailed),
                new StaleServedEvent("default", Global, "k", StaleReason.Throttled),
                new FactoryFailedEvent("default", Global, "new", error, Hidden: false),
                new MissEvent("default", Global, "new"),
            ],
            Told());
    }

    [Fact]
    public void An_event_names_the_partition()
    {
        Cache.Collection("weather").For(new UserContext("7", "acme")).Set("k", 1);

        SetEvent told = Assert.IsType<SetEvent>(Assert.Single(Told()));
        Assert.Equal(new EntryPartition("weather", CacheScope.User, "acme", "7"), told.Partition);
    }

    [Fact]
    public void A_handler_may_use_the_cache()
    {
        Cache.Events.Removed += (_, e) => Cache.Set($"removed:{e.Key}", true);
        Cache.Events.Set += (_, e) =>
        {
            if (e.Key == "k")
                Cache.Get<int>("k");
        };
        Cache.Set("k", 1);
        Cache.Remove("k");

        Assert.True(Cache.Get<bool>("removed:k"));
    }

    [Fact]
    public async Task A_handler_that_throws_breaks_nothing()
    {
        Cache.Events.Set += (_, _) => throw new InvalidOperationException("a bad handler");
        Cache.Events.Hit += (_, _) => throw new InvalidOperationException("a bad handler");

        Assert.Equal(1, await Cache.GetOrSetAsync("k", _ => new ValueTask<int>(1)).Soon());
        Assert.Equal(1, Cache.Get<int>("k"));
        Assert.Equal(2, Cache.Statistics.ObserverFailures);
    }

    [Fact]
    public void Every_handle_tells_of_the_whole_cache() => Assert.Same(Cache.Events, Cache.Collection("a").For(new UserContext("u")).Events);
}
