using System.Diagnostics;
using System.Diagnostics.Metrics;
using Larder.Redis.Connections;
using static Larder.Redis.Diagnostics.TelemetryNames;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Larder.Redis.Diagnostics;

/// <summary>
/// The meter of all Redis stores of the process. Counters are observable: they read the stores' own when somebody
/// collects them, and cost nothing otherwise. The duration of commands is recorded only while somebody listens.
/// </summary>
internal static class RedisMeter
{
    private static readonly Meter Meter = new(TelemetryNames.Meter, typeof(RedisMeter).Assembly.GetName().Version?.ToString(3));

    // In seconds; the boundaries that the conventions advise for database clients.
    private static readonly Histogram<double> CommandDuration = Meter.CreateHistogram(
        Instruments.CommandDuration,
        "s",
        "How long commands took, from being written to their answer.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] });

    private static readonly Instrument[] Observed =
    [
        Counter(Instruments.Commands, "{command}", "Commands sent, those of the client itself included.", new Series(static store => store.Commands)),
        Counter(
            Instruments.Traffic,
            "By",
            "Bytes sent and received.",
            new Series(static store => store.BytesSent, new Tag(Attributes.Direction, Values.Transmit)),
            new Series(static store => store.BytesReceived, new Tag(Attributes.Direction, Values.Receive))),
        Counter(Instruments.Connections, "{connection}", "Connections made.", new Series(static store => store.Connections)),
        Counter(Instruments.Disconnections, "{connection}", "Connections lost, and attempts that failed.", new Series(static store => store.Disconnections)),
        Counter(Instruments.Reverifications, "{reverification}", "Times that everything had to be read again.", new Series(static store => store.Reverifications)),
        Counter(Instruments.Redirections, "{command}", "Commands that a cluster sent elsewhere.", new Series(static store => store.Redirections)),
        Counter(Instruments.Pushes, "{push}", "Changes told by the server or by other processes.", new Series(static store => store.Pushes)),
        Counter(
            Instruments.Leases,
            "{lease}",
            "Leases taken, held by somebody else, and found void when the value was to be written.",
            new Series(static store => store.LeasesWon, new Tag(Attributes.LeaseOutcome, Values.Won)),
            new Series(static store => store.LeasesWaited, new Tag(Attributes.LeaseOutcome, Values.Waited)),
            new Series(static store => store.LeasesLost, new Tag(Attributes.LeaseOutcome, Values.Lost))),
    ];

    /// <summary>Whether somebody listens to the durations of commands.</summary>
    public static bool IsTiming => CommandDuration.Enabled;

    /// <summary>Makes sure that the meter exists and reports a store.</summary>
    public static void Add(ServerAddress server, RedisTelemetry store)
    {
        Debug.Assert(Observed.Length > 0, "The instruments exist before the first store does.");
        ObservedStores.Add(server, store);
    }

    /// <summary>Records a command.</summary>
    public static void Record(ServerAddress server, RedisCommand command, TimeSpan duration, string? error)
    {
        var tags = new TagList
        {
            { Attributes.System, Values.Redis },
            { Attributes.Operation, command.Name },
            { Attributes.ServerAddress, server.Host },
            { Attributes.ServerPort, server.Port },
        };
        if (command.Script is not null)
            tags.Add(Attributes.Script, command.Script);
        if (error is not null)
            tags.Add(Attributes.ErrorType, error);
        CommandDuration.Record(duration.TotalSeconds, tags);
    }

    private static ObservableCounter<long> Counter(string name, string unit, string description, params Series[] series)
    {
        return Meter.CreateObservableCounter(name, Measure, unit, description);

        IEnumerable<Measurement<long>> Measure() =>
            from server in ObservedStores.Read()
            from one in series
            select new Measurement<long>(
                server.Totals.Sum(one.Read),
                [new(Attributes.System, Values.Redis), new(Attributes.ServerAddress, server.Server.Host), new(Attributes.ServerPort, server.Server.Port), .. one.Tags]);
    }

    /// <summary>One series of a counter: what is counted, and what tells it from its siblings.</summary>
    private sealed record Series(Func<RedisStatistics, long> Read, params Tag[] Tags);
}
