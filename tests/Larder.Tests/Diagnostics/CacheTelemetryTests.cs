using Larder.Diagnostics;
using static Larder.Tests.Diagnostics.TelemetryUnderTest;

namespace Larder.Tests.Diagnostics;

public sealed class CacheTelemetryTests
{
    [Fact]
    public void The_hit_ratio_counts_stale_hits_as_hits()
    {
        using var test = new TelemetryUnderTest();
        for (int i = 0; i < 5; i++)
            test.Telemetry.CountHit();
        test.Telemetry.Hit(Weather, "paris", Tiers.Store, null);
        test.Telemetry.StaleHit(Weather, "paris", StaleReason.FactoryFailed);
        test.Telemetry.Miss(Weather, "rome");

        CacheStatistics statistics = test.Statistics;

        Assert.Equal((6, 5, 1), (statistics.Hits, statistics.MemoryHits, statistics.StoreTierHits));
        Assert.Equal((1, 1, 8), (statistics.StaleHits, statistics.Misses, statistics.Lookups));
        Assert.Equal(7.0 / 8, statistics.HitRatio);
    }

    [Fact]
    public void The_hit_ratio_of_no_look_up_is_zero()
    {
        using var test = new TelemetryUnderTest();

        Assert.Equal(0, test.Statistics.HitRatio);
    }

    [Fact]
    public void Every_cause_of_removal_is_counted_for_itself()
    {
        using var test = new TelemetryUnderTest();
        foreach ((RemovalCause cause, int times) in new[] { (RemovalCause.Removed, 1), (RemovalCause.Replaced, 2), (RemovalCause.Expired, 3), (RemovalCause.Evicted, 4) })
        {
            for (int i = 0; i < times; i++)
                test.Telemetry.Removed(Weather, "paris", cause);
        }

        CacheStatistics statistics = test.Statistics;

        Assert.Equal((1, 2, 3, 4), (statistics.Removals, statistics.Replacements, statistics.Expirations, statistics.Evictions));
    }

    [Fact]
    public void Factory_runs_are_counted_by_how_they_end_and_their_time_is_summed()
    {
        using var test = new TelemetryUnderTest();
        FactoryRun first = test.Telemetry.StartFactory(Weather, "a");
        test.Time.Advance(TimeSpan.FromMilliseconds(300));
        first.Completed();
        FactoryRun second = test.Telemetry.StartFactory(Weather, "b");
        test.Time.Advance(TimeSpan.FromMilliseconds(200));
        second.Failed(new TimeoutException(), hidden: false);
        test.Telemetry.StartFactory(Weather, "c").Cancelled();

        CacheStatistics statistics = test.Statistics;

        Assert.Equal((3, 1, 1), (statistics.FactoryCalls, statistics.FactoryFailures, statistics.FactoryCancellations));
        Assert.Equal(TimeSpan.FromMilliseconds(500), statistics.FactoryTime);
    }

    [Fact]
    public void Store_calls_are_counted_with_the_keys_that_they_found()
    {
        using var test = new TelemetryUnderTest();
        StoreCall read = test.Telemetry.StartStoreCall(StoreOperation.GetMany);
        test.Time.Advance(TimeSpan.FromMilliseconds(4));
        read.Completed(hits: 3, misses: 2);
        test.Telemetry.StartStoreCall(StoreOperation.Set).Completed();
        test.Telemetry.StartStoreCall(StoreOperation.Get).Failed(new IOException("gone"));
        test.Telemetry.StartStoreCall(StoreOperation.Get).Cancelled();

        CacheStatistics statistics = test.Statistics;

        Assert.Equal((4, 1), (statistics.StoreCalls, statistics.StoreFailures));
        Assert.Equal((3, 2), (statistics.StoreHits, statistics.StoreMisses));
        Assert.Equal(TimeSpan.FromMilliseconds(4), statistics.StoreTime);
    }

    [Fact]
    public void Circuit_and_recovery_show_their_present_state()
    {
        using var test = new TelemetryUnderTest();
        test.Telemetry.CircuitOpened(TimeSpan.FromSeconds(5));
        test.Telemetry.RecoveryQueued("set", 1);
        test.Telemetry.RecoveryQueued("remove", 2);
        CacheStatistics down = test.Statistics;
        test.Telemetry.CircuitClosed();
        test.Telemetry.RecoveryReplayed(2, 0);
        CacheStatistics up = test.Statistics;

        Assert.Equal((true, 2L, 0L), (down.CircuitOpen, down.RecoveryPending, down.RecoveryReplayed));
        Assert.Equal((false, 0L, 2L), (up.CircuitOpen, up.RecoveryPending, up.RecoveryReplayed));
        Assert.Equal(1, up.CircuitOpenings);
    }

    [Fact]
    public void Everything_else_that_is_told_is_counted()
    {
        using var test = new TelemetryUnderTest();
        CacheTelemetry telemetry = test.Telemetry;
        telemetry.Set(Weather, "a", Tiers.Both, null);
        telemetry.PatternRemoved(Weather, "a*");
        telemetry.TagRemoved(Weather, "eu");
        telemetry.Cleared(null, null);
        telemetry.FlightJoined(Weather, "a");
        telemetry.EagerRefreshStarted(Weather, "a");
        telemetry.SoftTimeout(Weather, "a", TimeSpan.FromSeconds(1));
        telemetry.HardTimeout(Weather, "a", TimeSpan.FromSeconds(2));
        telemetry.TypeMismatch(Weather, "a", typeof(int), typeof(string));
        telemetry.PayloadRejected(Weather, "a", "checksum");
        telemetry.RecoveryOverflowed(10);
        telemetry.CoherenceLost();
        telemetry.CoherenceRestored();
        telemetry.SnapshotSaved("c.larder", 1, 2, TimeSpan.Zero);
        telemetry.SnapshotFailed("c.larder", new IOException());
        telemetry.SnapshotLoaded("c.larder", entries: 5, expired: 1, damaged: 1);
        telemetry.SnapshotLoaded("c.larder", entries: 5, expired: 1, damaged: 0);
        (test.Entries, test.Bytes) = (12, 345);

        Assert.Equal(
            new CacheStatistics
            {
                Sets = 1,
                Invalidations = 3,
                FlightsJoined = 1,
                EagerRefreshes = 1,
                SoftTimeouts = 1,
                HardTimeouts = 1,
                TypeMismatches = 1,
                PayloadsRejected = 1,
                RecoveryOverflows = 1,
                CoherenceLosses = 1,
                SnapshotsSaved = 1,
                SnapshotFailures = 2,
                Entries = 12,
                Bytes = 345,
            },
            test.Statistics);
    }
}
