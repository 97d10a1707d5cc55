using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace Larder.Shared;

/// <summary>
/// The activity source and the meter of all stores of a kind in the process. Counters are observable: they read the stores'
/// own when somebody collects them, and cost nothing otherwise. A command's span and duration are made only while somebody
/// listens.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "There is one for each kind of store, for as long as the process lives.")]
internal sealed class ClientInstruments<TStatistics>
{
    private readonly string _system;
    private readonly ActivitySource _source;
    private readonly Meter _meter;
    private readonly Histogram<double> _durations;
    private readonly ObservedStores<TStatistics> _stores;

    /// <param name="name">Of the source and the meter.</param>
    /// <param name="system">The database, as the conventions call it.</param>
    /// <param name="counters">What is counted.</param>
    public ClientInstruments(string name, string system, params ClientCounter<TStatistics>[] counters)
    {
        string? version = typeof(ClientInstruments<TStatistics>).Assembly.GetName().Version?.ToString(3);
        _system = system;
        _source = new ActivitySource(name, version);
        _meter = new Meter(name, version);
        // In seconds; the boundaries that the conventions advise for database clients.
        _durations = _meter.CreateHistogram(
            "db.client.operation.duration",
            "s",
            "How long commands took, from being written to their answer.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] });
        _stores = new ObservedStores<TStatistics>([.. counters.SelectMany(static counter => counter.Series).Select(static series => series.Read)]);
        int first = 0;
        foreach (ClientCounter<TStatistics> counter in counters)
        {
            int index = first;
            _meter.CreateObservableCounter(counter.Name, () => Measure(counter, index), counter.Unit, counter.Description);
            first += counter.Series.Length;
        }
    }

    /// <summary>Whether somebody listens; if not, a command costs these two reads.</summary>
    public bool IsObserved => _source.HasListeners() || _durations.Enabled;

    /// <summary>Begins to count a store for its server.</summary>
    public void Add((string Host, int Port) server, Func<TStatistics> store) => _stores.Add(server, store);

    /// <summary>What the store has counted stays; it counts no further.</summary>
    public void Remove((string Host, int Port) server, Func<TStatistics> store) => _stores.Remove(server, store);

    /// <summary>A command is sent.</summary>
    /// <param name="server">Where to; a port of 0 is none.</param>
    /// <param name="operation">Its name.</param>
    /// <param name="database">Where in the server.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="procedure">The name of the script that it runs, if it does.</param>
    public ClientCall Start((string Host, int Port) server, string operation, string database, TimeProvider time, string? procedure = null)
    {
        TagList tags = Server(server);
        tags.Add(ClientAttributes.Operation, operation);
        if (procedure is not null)
            tags.Add(ClientAttributes.Procedure, procedure);
        Activity? span = _source.HasListeners() ? _source.StartActivity(procedure is null ? operation : $"{operation} {procedure}", ActivityKind.Client) : null;
        if (span is { IsAllDataRequested: true })
        {
            foreach ((string key, object? value) in tags)
                span.SetTag(key, value);
            span.SetTag(ClientAttributes.Database, database);
        }

        return new ClientCall(span, tags, _durations, time);
    }

    private IEnumerable<Measurement<long>> Measure(ClientCounter<TStatistics> counter, int first)
    {
        for (int i = 0; i < counter.Series.Length; i++)
        {
            foreach (((string Host, int Port) server, long total) in _stores.Read(first + i))
                yield return new Measurement<long>(total, [.. Server(server), .. counter.Series[i].Tags]);
        }
    }

    private TagList Server((string Host, int Port) server)
    {
        var tags = new TagList { { ClientAttributes.System, _system }, { ClientAttributes.ServerAddress, server.Host } };
        if (server.Port > 0)
            tags.Add(ClientAttributes.ServerPort, server.Port);
        return tags;
    }
}
