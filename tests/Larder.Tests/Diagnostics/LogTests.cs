using Larder.Diagnostics;
using Microsoft.Extensions.Logging;
using static Larder.Tests.Diagnostics.TelemetryUnderTest;

namespace Larder.Tests.Diagnostics;

public sealed class LogTests
{
    [Fact]
    public void Decisions_are_not_logged_unless_asked_for()
    {
        using var test = new TelemetryUnderTest();

        Decide(test.Telemetry);

        Assert.Empty(test.Log.Lines);
        Assert.False(test.Telemetry.Observed);
    }

    [Fact]
    public void A_verbose_cache_logs_every_decision_with_its_parts()
    {
        using var test = new TelemetryUnderTest(verbose: true);

        Decide(test.Telemetry);

        Assert.True(test.Telemetry.Observed);
        Assert.All(test.Log.Lines, line => Assert.Equal(LogLevel.Information, line.Level));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 7, 9, 7, 10, 11, 12, 13, 13, 14, 15], test.Log.Lines.Select(line => line.Id));
        RecordingLogger.Line hit = test.Log.Lines[0];
        Assert.Equal($"{test.Name}: hit paris in weather (user 7 of acme), tier Memory, TTL left 00:04:59", hit.Text);
        Assert.Equal("paris", hit.Properties["Key"]);
        Assert.Equal(Tiers.Memory, hit.Properties["Tier"]);
    }

    [Fact]
    public void The_debug_output_gets_decisions_without_any_logger()
    {
        var output = new StringWriter();
        using var test = new TelemetryUnderTest(output: output);

        test.Telemetry.Hit(Weather, "paris", Tiers.Memory, null);

        Assert.Equal($"larder {test.Name}: hit paris in weather (user 7 of acme), tier Memory, TTL left none", output.ToString().TrimEnd());
        Assert.Empty(test.Log.Lines);
    }

    [Fact]
    public void A_hostile_key_cannot_forge_a_line_of_debug_output()
    {
        var output = new StringWriter();
        using var test = new TelemetryUnderTest(output: output);

        test.Telemetry.Miss(Weather, "a\nlarder default: hit b\u001b[2J\u2028");

        Assert.Equal($"larder {test.Name}: miss a\\u000alarder default: hit b\\u001b[2J\\u2028 in weather (user 7 of acme)", output.ToString().TrimEnd());
    }

    [Fact]
    public void A_factory_failure_is_logged_only_when_no_caller_sees_it()
    {
        using var test = new TelemetryUnderTest();
        test.Telemetry.StartFactory(Weather, "a").Failed(new IOException("seen"), hidden: false);
        test.Telemetry.StartFactory(Weather, "b").Failed(new IOException("unseen"), hidden: true);

        RecordingLogger.Line line = Assert.Single(test.Log.Lines);

        Assert.Equal((LogLevel.Warning, 100, "unseen"), (line.Level, line.Id, line.Exception!.Message));
    }

    [Fact]
    public void A_store_that_keeps_failing_is_logged_once_a_second_with_the_number_left_out()
    {
        using var test = new TelemetryUnderTest();
        for (int i = 0; i < 100; i++)
            test.Telemetry.StartStoreCall(StoreOperation.Get).Failed(new IOException("gone"));
        test.Time.Advance(TimeSpan.FromSeconds(1));
        test.Telemetry.StartStoreCall(StoreOperation.Get).Failed(new IOException("gone"));

        Assert.Equal([0L, 99L], test.Log.Lines.Select(line => line.Properties["Suppressed"]));
        Assert.Equal(101, test.Statistics.StoreFailures);
    }

    [Fact]
    public void A_recovery_is_logged_once_when_nothing_is_left()
    {
        using var test = new TelemetryUnderTest();
        test.Telemetry.RecoveryReplayed(1, 2);
        test.Telemetry.RecoveryReplayed(1, 1);
        test.Telemetry.RecoveryReplayed(1, 0);

        Assert.Equal(3L, Assert.Single(test.Log.Lines).Properties["Replayed"]);
        Assert.Equal(3, test.Statistics.RecoveryReplayed);
    }

    [Fact]
    public void What_an_operator_must_know_is_logged_at_its_level()
    {
        using var test = new TelemetryUnderTest();
        CacheTelemetry telemetry = test.Telemetry;
        telemetry.TypeMismatch(Weather, "a", typeof(int), typeof(string));
        telemetry.CircuitOpened(TimeSpan.FromSeconds(5));
        telemetry.CircuitClosed();
        telemetry.RecoveryReplayed(3, 0);
        telemetry.RecoveryOverflowed(10);
        telemetry.PayloadRejected(Weather, "a", "checksum", new FormatException("no number"));
        telemetry.CoherenceLost();
        telemetry.CoherenceRestored();
        telemetry.SnapshotLoaded("c.larder", 5, 1, 0);
        telemetry.SnapshotLoaded("c.larder", 5, 1, 2, "the footer is missing");
        telemetry.SnapshotSaved("c.larder", 5, 100, TimeSpan.FromMilliseconds(3));
        telemetry.SnapshotFailed("c.larder", new IOException("disk full"));
        telemetry.SnapshotLoaded("c.larder", 5, 1, 0, "the header is damaged");
        telemetry.SnapshotSaved("c.larder", 5, 100, TimeSpan.FromMilliseconds(3), refused: 2, keptAside: "c.larder.corrupt-1");

        Assert.Equal(
            [
                (101, LogLevel.Warning), (201, LogLevel.Error), (202, LogLevel.Information), (203, LogLevel.Information),
                (204, LogLevel.Error), (205, LogLevel.Warning), (206, LogLevel.Warning), (207, LogLevel.Information),
                (300, LogLevel.Information), (301, LogLevel.Error), (302, LogLevel.Debug), (303, LogLevel.Error),
                (301, LogLevel.Error), (302, LogLevel.Debug), (305, LogLevel.Warning), (304, LogLevel.Warning),
            ],
            test.Log.Lines.Select(line => (line.Id, line.Level)));
        Assert.IsType<FormatException>(test.Log.Lines.Single(line => line.Id == 205).Exception);
        Assert.Contains("the footer is missing", test.Log.Lines.First(line => line.Id == 301).Text);
        Assert.Contains("c.larder.corrupt-1", test.Log.Lines.Single(line => line.Id == 304).Text);
    }

    [Fact]
    public void A_logger_that_throws_does_not_reach_the_cache()
    {
        using var test = new TelemetryUnderTest(verbose: true, logger: new ThrowingLogger());

        test.Telemetry.StartFactory(Weather, "a").Failed(new IOException(), hidden: true);

        Assert.Equal(1, test.Statistics.FactoryFailures);
        Assert.True(test.Statistics.ObserverFailures > 0);
    }

    private static void Decide(CacheTelemetry telemetry)
    {
        telemetry.Hit(Weather, "paris", Tiers.Memory, TimeSpan.FromSeconds(299));
        telemetry.StaleHit(Weather, "paris", StaleReason.FactorySlow);
        telemetry.Miss(Weather, "paris");
        telemetry.Set(Weather, "paris", Tiers.Both, null);
        telemetry.Removed(Weather, "paris", RemovalCause.Expired);
        telemetry.TagRemoved(Weather, "eu");
        telemetry.StartFactory(Weather, "paris").Completed();
        telemetry.StartFactory(Weather, "paris").Failed(new IOException(), hidden: false);
        telemetry.StartFactory(Weather, "paris").Cancelled();
        telemetry.FlightJoined(Weather, "paris");
        telemetry.EagerRefreshStarted(Weather, "paris");
        telemetry.SoftTimeout(Weather, "paris", TimeSpan.FromSeconds(1));
        telemetry.HardTimeout(Weather, "paris", TimeSpan.FromSeconds(1));
        telemetry.StartStoreCall(StoreOperation.Get).Completed(1, 0);
        telemetry.RecoveryQueued("set", 1);
    }

    private sealed class ThrowingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("The disk is full.");
    }
}
