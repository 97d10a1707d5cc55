using Larder.Diagnostics;
using static Larder.Tests.Diagnostics.TelemetryUnderTest;

namespace Larder.Tests.Diagnostics;

public sealed class CacheEventsTests
{
    private static readonly EntryPartition PublicWeather = new("weather", CacheScope.User, "acme", "7");

    [Fact]
    public void Hits_are_observed_only_while_somebody_handles_them()
    {
        using var test = new TelemetryUnderTest();
        EventHandler<HitEvent> one = (_, _) => { };
        EventHandler<HitEvent> two = (_, _) => { };
        var seen = new List<bool> { test.Telemetry.Observed };

        test.Events.Hit += one;
        seen.Add(test.Telemetry.Observed);
        test.Events.Hit += two;
        test.Events.Hit -= one;
        seen.Add(test.Telemetry.Observed);
        test.Events.Hit -= two;
        seen.Add(test.Telemetry.Observed);

        Assert.Equal([false, true, true, false], seen);
    }

    [Fact]
    public void A_handler_that_came_before_the_cache_was_watched_is_seen()
    {
        var events = new CacheEvents();
        events.Hit += (_, _) => { };
        using var telemetry = new CacheTelemetry("early", null, new RecordingLogger(), verbose: false, new ManualTimeProvider(), events, () => (0, 0));

        Assert.True(telemetry.Observed);
    }

    [Fact]
    public void Every_event_says_what_happened_where()
    {
        using var test = new TelemetryUnderTest();
        var told = new List<CacheEvent>();
        test.Events.Hit += (_, e) => told.Add(e);
        test.Events.StaleServed += (_, e) => told.Add(e);
        test.Events.Miss += (_, e) => told.Add(e);
        test.Events.Set += (_, e) => told.Add(e);
        test.Events.Removed += (_, e) => told.Add(e);
        test.Events.Invalidated += (_, e) => told.Add(e);
        test.Events.FactoryFailed += (_, e) => told.Add(e);
        test.Events.StoreFailed += (_, e) => told.Add(e);
        var failure = new IOException("gone");

        test.Telemetry.Hit(Weather, "a", Tiers.Memory, TimeSpan.FromSeconds(3));
        test.Telemetry.StaleHit(Weather, "b", StaleReason.Throttled);
        test.Telemetry.Miss(Weather, "c");
        test.Telemetry.Set(Weather, "d", Tiers.Both, null);
        test.Telemetry.Removed(Weather, "e", RemovalCause.Evicted);
        test.Telemetry.PatternRemoved(Weather, "f*");
        test.Telemetry.TagRemoved(Weather, "g");
        test.Telemetry.Cleared("weather", CacheScope.Organization);
        test.Telemetry.StartFactory(Weather, "h").Failed(failure, hidden: true);
        test.Telemetry.StartStoreCall(StoreOperation.SetTimeToLive).Failed(failure);

        Assert.Equal<CacheEvent>(
            [
                new HitEvent(test.Name, PublicWeather, "a", Tiers.Memory, TimeSpan.FromSeconds(3)),
                new StaleServedEvent(test.Name, PublicWeather, "b", StaleReason.Throttled),
                new MissEvent(test.Name, PublicWeather, "c"),
                new SetEvent(test.Name, PublicWeather, "d", Tiers.Both, null),
                new RemovedEvent(test.Name, PublicWeather, "e", RemovalCause.Evicted),
                new InvalidatedEvent(test.Name, InvalidationKind.Pattern, "weather", CacheScope.User, "f*"),
                new InvalidatedEvent(test.Name, InvalidationKind.Tag, "weather", CacheScope.User, "g"),
                new InvalidatedEvent(test.Name, InvalidationKind.Clear, "weather", CacheScope.Organization, null),
                new FactoryFailedEvent(test.Name, PublicWeather, "h", failure, Hidden: true),
                new StoreFailedEvent(test.Name, "redis", "set_ttl", failure),
            ],
            told);
    }

    [Fact]
    public void A_handler_that_throws_is_logged_and_counted_and_keeps_nobody_else_from_hearing()
    {
        using var test = new TelemetryUnderTest();
        bool heard = false;
        test.Events.Miss += (_, _) => throw new InvalidOperationException("handler");
        test.Events.Miss += (_, _) => heard = true;

        test.Telemetry.Miss(Weather, "a");

        Assert.True(heard);
        Assert.Equal((1, 1), (test.Statistics.Misses, test.Statistics.ObserverFailures));
        Assert.Equal("handler", Assert.Single(test.Log.Lines).Exception!.Message);
    }

    [Theory]
    [InlineData(CacheScope.Global, null, null, "weather")]
    [InlineData(CacheScope.Organization, "acme", null, "weather (organization acme)")]
    [InlineData(CacheScope.User, "acme", "7", "weather (user 7 of acme)")]
    [InlineData(CacheScope.User, null, "7", "weather (user 7)")]
    public void A_partition_reads_well(CacheScope scope, string? organization, string? user, string expected) =>
        Assert.Equal(expected, new EntryPartition("weather", scope, organization, user).ToString());
}
