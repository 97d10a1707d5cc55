using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Partitions;
using static Larder.Tests.Diagnostics.TelemetryUnderTest;

namespace Larder.Tests.Diagnostics;

[Collection(ListenersCollection.Name)]
public sealed class MetricsTests : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<(string Instrument, string Tags, double Value)> _measured = [];
    private readonly Dictionary<string, string?> _units = [];

    public MetricsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != "Larder")
                return;
            _units[instrument.Name] = instrument.Unit;
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Requests_are_reported_by_type_and_tier()
    {
        using var test = new TelemetryUnderTest();
        test.Telemetry.CountHit();
        test.Telemetry.CountHit();
        test.Telemetry.Hit(Weather, "a", Tiers.Store, null);
        test.Telemetry.StaleHit(Weather, "a", StaleReason.FactoryFailed);
        test.Telemetry.Miss(Weather, "a");

        Assert.Equal(
            [("cache.request.type=hit cache.tier=memory", 2.0), ("cache.request.type=hit cache.tier=store", 1.0), ("cache.request.type=stale", 1.0), ("cache.request.type=miss", 1.0)],
            Collect(test.Name, "larder.cache.requests"));
    }

    [Fact]
    public void Gauges_show_what_is_there_now()
    {
        using var test = new TelemetryUnderTest();
        (test.Entries, test.Bytes) = (3, 400);
        test.Telemetry.CircuitOpened(TimeSpan.FromSeconds(5));
        test.Telemetry.RecoveryQueued("set", 2);

        Assert.Equal([("", 3.0)], Collect(test.Name, "larder.cache.entries"));
        Assert.Equal([("", 400.0)], Collect(test.Name, "larder.cache.estimated_size"));
        Assert.Equal([("", 1.0)], Collect(test.Name, "larder.store.circuit_open"));
        Assert.Equal([("", 2.0)], Collect(test.Name, "larder.store.recovery.pending"));
    }

    [Fact]
    public void Durations_are_recorded_in_seconds()
    {
        using var test = new TelemetryUnderTest();
        FactoryRun run = test.Telemetry.StartFactory(Weather, "a");
        test.Time.Advance(TimeSpan.FromMilliseconds(250));
        run.Failed(new TimeoutException(), hidden: false);
        StoreCall call = test.Telemetry.StartStoreCall(StoreOperation.Get);
        test.Time.Advance(TimeSpan.FromMilliseconds(2));
        call.Completed(1, 0);

        Assert.Equal([("cache.outcome=failed error.type=System.TimeoutException", 0.25)], Collect(test.Name, "larder.factory.duration"));
        Assert.Equal([("db.operation.name=get db.system.name=redis", 0.002)], Collect(test.Name, "db.client.operation.duration"));
    }

    [Fact]
    public void Caches_of_one_name_are_one_series_and_a_disposed_one_keeps_its_part()
    {
        using var one = new TelemetryUnderTest();
        var two = new TelemetryUnderTest(name: one.Name) { Entries = 5 };
        one.Telemetry.Set(Weather, "a", Tiers.Memory, null);
        two.Telemetry.Set(Weather, "a", Tiers.Memory, null);

        (string, double) both = Assert.Single(Collect(one.Name, "larder.cache.sets"));
        two.Dispose();
        two.Dispose();
        (string, double) afterwards = Assert.Single(Collect(one.Name, "larder.cache.sets"));

        Assert.Equal(("", 2.0), both);
        Assert.Equal(("", 2.0), afterwards);
        Assert.Equal([("", 0.0)], Collect(one.Name, "larder.cache.entries"));
    }

    [Fact]
    public void Metrics_do_not_keep_a_forgotten_cache_alive_but_keep_its_totals()
    {
        string name = "forgotten-" + Guid.NewGuid().ToString("N");
        WeakReference cache = Forget(name);
        for (int i = 0; i < 10 && cache.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(cache.IsAlive);
        Assert.Equal([("", 1.0)], Collect(name, "larder.cache.sets"));
    }

    [Fact]
    public void No_attribute_holds_a_key_a_tag_or_an_owner()
    {
        using var test = new TelemetryUnderTest();
        // Names of their own: the listener hears the caches of tests that run beside this one, too.
        Partition partition = new PartitionTable("larder").Get(new PartitionId("secret-collection", CacheScope.User, "secret-organization", "secret-user"));
        test.Telemetry.StartFactory(partition, "secret-key").Completed();
        test.Telemetry.TagRemoved(partition, "secret-tag");
        test.Telemetry.PayloadRejected(partition, "secret-key", "checksum");
        _listener.RecordObservableInstruments();

        Assert.NotEmpty(_measured);
        Assert.DoesNotContain(_measured, m => m.Tags.Contains("secret"));
    }

    [Fact]
    public void Every_instrument_has_a_unit()
    {
        using var test = new TelemetryUnderTest();

        Assert.All(_units, unit => Assert.False(string.IsNullOrEmpty(unit.Value), unit.Key));
        Assert.Equal(19, _units.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forget(string name)
    {
        var test = new TelemetryUnderTest(name: name);
        test.Telemetry.Set(Weather, "a", Tiers.Memory, null);
        return new WeakReference(test.Telemetry);
    }

    private List<(string Tags, double Value)> Collect(string cache, string instrument)
    {
        _measured.RemoveAll(m => m.Instrument is not ("larder.factory.duration" or "db.client.operation.duration"));
        _listener.RecordObservableInstruments();
        string name = "cache.name=" + cache;
        return [.. _measured.Where(m => m.Instrument == instrument && m.Tags.Contains(name)).Select(m => (m.Tags.Replace(name, "").Trim(), m.Value))];
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = string.Join(' ', tags.ToArray().OrderBy(t => t.Key == "cache.name" ? "" : t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}={t.Value}"));
        lock (_measured)
            _measured.Add((instrument.Name, text, value));
    }
}
