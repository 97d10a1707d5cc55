using System.Diagnostics;
using System.Diagnostics.Metrics;
using static Larder.Diagnostics.TelemetryNames;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Larder.Diagnostics;

/// <summary>
/// The process's meter. Most instruments are observable: they read the caches' own counters when somebody collects
/// them, and cost nothing otherwise. Durations are histograms, recorded only while somebody listens.
/// </summary>
internal static class LarderMeter
{
    private static readonly Meter Meter = new(TelemetryNames.Meter, typeof(LarderMeter).Assembly.GetName().Version?.ToString(3));

    // Boundaries in seconds. Those of the store are the ones that the semantic conventions advise for database clients.
    private static readonly Histogram<double> FactoryDuration = CreateDuration(
        Instruments.FactoryDuration, "How long factories ran.", [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);

    private static readonly Histogram<double> StoreDuration = CreateDuration(
        Instruments.StoreDuration, "How long calls to the store took.", [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);

    private static readonly Instrument[] Observed =
    [
        Counter(
            Instruments.Requests,
            "{request}",
            "Look-ups, by how they were answered and, for hits, by which tier.",
            new(Tally.MemoryHits, new(Attributes.RequestType, Values.Hit), new(Attributes.Tier, Values.Memory)),
            new(Tally.StoreTierHits, new(Attributes.RequestType, Values.Hit), new(Attributes.Tier, Values.Store)),
            new(Tally.StaleHits, new Tag(Attributes.RequestType, Values.Stale)),
            new(Tally.Misses, new Tag(Attributes.RequestType, Values.Miss))),
        Counter(Instruments.Sets, "{entry}", "Entries written.", new Series(Tally.Sets)),
        Counter(
            Instruments.Removals,
            "{entry}",
            "Entries that left memory, by cause.",
            new(Tally.Removals, new Tag(Attributes.Cause, Values.Removed)),
            new(Tally.Replacements, new Tag(Attributes.Cause, Values.Replaced)),
            new(Tally.Expirations, new Tag(Attributes.Cause, Values.Expired)),
            new(Tally.Evictions, new Tag(Attributes.Cause, Values.Evicted))),
        Counter(
            Instruments.Invalidations,
            "{call}",
            "Removals of many entries at once, by what chose them.",
            new(Tally.PatternRemovals, new Tag(Attributes.InvalidationKind, Values.Pattern)),
            new(Tally.TagRemovals, new Tag(Attributes.InvalidationKind, Values.Tag)),
            new(Tally.Clears, new Tag(Attributes.InvalidationKind, Values.Clear))),
        Counter(Instruments.FlightsJoined, "{request}", "Look-ups that waited for a factory run that another caller had started.", new Series(Tally.FlightsJoined)),
        Counter(Instruments.EagerRefreshes, "{run}", "Factory runs started in the background by a hit.", new Series(Tally.EagerRefreshes)),
        Counter(
            Instruments.FactoryTimeouts,
            "{request}",
            "Look-ups that stopped waiting for a factory.",
            new(Tally.SoftTimeouts, new Tag(Attributes.TimeoutKind, Values.Soft)),
            new(Tally.HardTimeouts, new Tag(Attributes.TimeoutKind, Values.Hard))),
        Counter(
            Instruments.StoreRequests,
            "{request}",
            "Keys asked of the store, by whether it had them.",
            new(Tally.StoreHits, new Tag(Attributes.RequestType, Values.Hit)),
            new(Tally.StoreMisses, new Tag(Attributes.RequestType, Values.Miss))),
        Counter(Instruments.StoreFailures, "{call}", "Calls to the store that failed or timed out.", new Series(Tally.StoreFailures)),
        Counter(Instruments.PayloadsRejected, "{entry}", "Stored entries that could not be used.", new Series(Tally.PayloadsRejected)),
        Counter(Instruments.RecoveryReplayed, "{write}", "Writes and invalidations that reached the store late.", new Series(Tally.RecoveryReplayed)),
        Counter(Instruments.CoherenceLosses, "{loss}", "How often the store's channel of changes was lost.", new Series(Tally.CoherenceLosses)),
        Counter(
            Instruments.Snapshots,
            "{operation}",
            "Saves of the snapshot file, and failures to save or load it.",
            new(Tally.SnapshotsSaved, new Tag(Attributes.Outcome, Values.Ok)),
            new(Tally.SnapshotFailures, new Tag(Attributes.Outcome, Values.Failed))),
        Gauge(Instruments.Entries, "{entry}", "Entries in memory.", static cache => cache.Gauges.Entries),
        Gauge(Instruments.EstimatedSize, "By", "Bytes in memory, as weighed.", static cache => cache.Gauges.Bytes),
        Gauge(Instruments.RecoveryPending, "{write}", "Writes and invalidations waiting to be replayed.", static cache => cache.RecoveryPending),
        Gauge(Instruments.CircuitOpen, "{circuit}", "Circuits that are open now.", static cache => cache.CircuitOpen ? 1 : 0),
    ];

    /// <summary>Makes sure that the meter exists and reports a cache.</summary>
    public static void Add(string name, StripedCounters counters, CacheTelemetry cache)
    {
        Debug.Assert(Observed.Length > 0, "The instruments exist before the first cache does.");
        ObservedCaches.Add(name, counters, cache);
    }

    /// <summary>Records a factory's run.</summary>
    public static void RecordFactory(string cache, TimeSpan duration, string outcome, Exception? exception)
    {
        if (!FactoryDuration.Enabled)
            return;
        var tags = new TagList { { Attributes.CacheName, cache }, { Attributes.Outcome, outcome } };
        if (exception is not null)
            tags.Add(Attributes.ErrorType, exception.GetType().FullName);
        FactoryDuration.Record(duration.TotalSeconds, tags);
    }

    /// <summary>Records a call to the store.</summary>
    public static void RecordStore(string cache, string store, string operation, TimeSpan duration, Exception? exception)
    {
        if (!StoreDuration.Enabled)
            return;
        var tags = new TagList { { Attributes.CacheName, cache }, { Attributes.DatabaseSystem, store }, { Attributes.DatabaseOperation, operation } };
        if (exception is not null)
            tags.Add(Attributes.ErrorType, exception.GetType().FullName);
        StoreDuration.Record(duration.TotalSeconds, tags);
    }

    private static Histogram<double> CreateDuration(string name, string description, double[] boundaries) =>
        Meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });

    private static ObservableCounter<long> Counter(string name, string unit, string description, params Series[] series)
    {
        return Meter.CreateObservableCounter(name, Measure, unit, description);

        IEnumerable<Measurement<long>> Measure() =>
            from cache in ObservedCaches.ReadTotals()
            from one in series
            select new Measurement<long>(cache.Totals[(int)one.Tally], [new Tag(Attributes.CacheName, cache.Name), .. one.Tags]);
    }

    private static ObservableUpDownCounter<long> Gauge(string name, string unit, string description, Func<CacheTelemetry, long> read)
    {
        return Meter.CreateObservableUpDownCounter(name, Measure, unit, description);

        IEnumerable<Measurement<long>> Measure() =>
            from cache in ObservedCaches.ReadGauges(read)
            select new Measurement<long>(cache.Sum, new Tag(Attributes.CacheName, cache.Name));
    }

    /// <summary>One series of an observable counter: what is counted, and what tells it from its siblings.</summary>
    private sealed record Series(Tally Tally, params Tag[] Tags);
}
