using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Larder.Stores;
using Larder.Tests.Diagnostics;

namespace Larder.Tests.Caching;

/// <summary>What a cache at work shows to logs, meters and traces: the way from the call to the listener.</summary>
[Collection(ListenersCollection.Name)]
public sealed class SeeingTests
{
    [Fact]
    public async Task A_verbose_cache_logs_each_decision_and_no_hit_slips_by()
    {
        var time = new ManualTimeProvider();
        using var loggers = new RecordingLoggerFactory();
        await using Cache cache = Cache.Create(o =>
        {
            o.Verbose = true;
            o.LoggerFactory = loggers;
            o.TimeProvider = time;
            o.Grace = TimeSpan.FromHours(1);
        });
        await cache.GetOrSetAsync("k", _ => new ValueTask<int>(1));
        for (int i = 0; i < 3; i++)
            cache.TryGet("k", out int _);
        time.Advance(TimeSpan.FromMinutes(6));
        await cache.GetOrSetAsync<int>("k", _ => throw new IOException("down"));
        cache.Remove("k");
        cache.TryGet("k", out int _);

        // Factory started and completed, set, miss; three hits; factory started and failed, stale; gone, miss.
        Assert.Equal([7, 8, 4, 3, 1, 1, 1, 7, 9, 2, 5, 3], loggers.Log.Lines.Where(line => line.Id < 100).Select(line => line.Id));
        Assert.Contains(loggers.Log.Lines, line => line.Text.StartsWith("default: hit k in ", StringComparison.Ordinal) && line.Text.Contains("tier Memory, TTL left ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_environment_makes_a_cache_print_its_decisions_to_standard_error()
    {
        TextWriter error = Console.Error;
        var output = new StringWriter();
        string? before = Environment.GetEnvironmentVariable("LARDER_DEBUG");
        try
        {
            Environment.SetEnvironmentVariable("LARDER_DEBUG", "1");
            Console.SetError(TextWriter.Synchronized(output));
            await using Cache cache = Cache.Create(o => o.Name = "seen");
            cache.Set("k", 1);
            cache.TryGet("k", out int _);
        }
        finally
        {
            Console.SetError(error);
            Environment.SetEnvironmentVariable("LARDER_DEBUG", before);
        }

        Assert.Contains("seen: set k", output.ToString());
        Assert.Contains("seen: hit k", output.ToString());
    }

    [Fact]
    public async Task The_meter_shows_hits_misses_and_what_is_in_memory()
    {
        string name = "seen-" + Guid.NewGuid().ToString("N");
        await using Cache cache = Cache.Create(o => o.Name = name);
        cache.GetOrSet("a", _ => 1);
        cache.GetOrSet("a", _ => 2);
        cache.GetOrSet("a", _ => 3);
        cache.Set("b", 4);

        Dictionary<string, long> seen = Measure(name);

        Assert.Equal((2, 1, 2), (seen["larder.cache.requests:hit"], seen["larder.cache.requests:miss"], seen["larder.cache.entries:"]));
    }

    [Fact]
    public async Task A_miss_is_a_trace_of_store_and_factory_and_a_hit_is_none()
    {
        var ended = new ConcurrentQueue<Activity>();
        string name = "seen-" + Guid.NewGuid().ToString("N");
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Larder",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using Cache cache = Cache.Create(o =>
        {
            o.Name = name;
            o.UseStore(new InMemoryStore());
        });

        await cache.GetOrSetAsync("k", _ => new ValueTask<int>(1));
        Activity[] miss = [.. ended.Where(activity => Equals(activity.GetTagItem("cache.name"), name))];
        await cache.GetOrSetAsync("k", _ => new ValueTask<int>(2));

        Activity root = Assert.Single(miss, activity => activity.OperationName == "larder.get_or_set");
        Assert.Equal("miss", root.GetTagItem("cache.outcome"));
        Assert.Equal(root.SpanId, Assert.Single(miss, activity => activity.OperationName == "larder.factory").ParentSpanId);
        Assert.Contains(miss, activity => activity.OperationName == "larder.store" && Equals(activity.GetTagItem("db.operation.name"), "get"));
        Assert.Equal(miss.Length, ended.Count(activity => Equals(activity.GetTagItem("cache.name"), name)));
    }

    private static Dictionary<string, long> Measure(string name)
    {
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Larder")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            string? cache = null, type = null;
            foreach ((string key, object? tag) in tags)
            {
                cache = key == "cache.name" ? (string?)tag : cache;
                type = key == "cache.request.type" ? (string?)tag : type;
            }

            if (cache == name)
                seen[$"{instrument.Name}:{type}"] = seen.GetValueOrDefault($"{instrument.Name}:{type}") + value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
