using Larder.Diagnostics;
using Larder.Partitions;
using Microsoft.Extensions.Logging;

namespace Larder.Tests.Diagnostics;

/// <summary>A telemetry with everything that it talks to.</summary>
internal sealed class TelemetryUnderTest : IDisposable
{
    public static readonly Partition Weather = new PartitionTable("larder").Get(new PartitionId("weather", CacheScope.User, "acme", "7"));

    public TelemetryUnderTest(bool verbose = false, TextWriter? output = null, ILogger? logger = null, string? name = null, string? store = "redis")
    {
        Name = name ?? "cache-" + Guid.NewGuid().ToString("N");
        Telemetry = new CacheTelemetry(Name, store, logger ?? Log, verbose, Time, Events, () => (Entries, Bytes), output);
    }

    public string Name { get; }

    public ManualTimeProvider Time { get; } = new();

    public RecordingLogger Log { get; } = new();

    public CacheEvents Events { get; } = new();

    public long Entries { get; set; }

    public long Bytes { get; set; }

    public CacheTelemetry Telemetry { get; }

    public CacheStatistics Statistics => Telemetry.ReadStatistics();

    public void Dispose() => Telemetry.Dispose();
}

internal sealed class RecordingLogger : ILogger
{
    private readonly List<Line> _lines = [];

    public LogLevel Minimum { get; set; } = LogLevel.Trace;

    public IReadOnlyList<Line> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= Minimum;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var properties = (state as IReadOnlyList<KeyValuePair<string, object?>> ?? []).ToDictionary(p => p.Key, p => p.Value);
        lock (_lines)
            _lines.Add(new Line(logLevel, eventId.Id, formatter(state, exception), exception, properties));
    }

    internal sealed record Line(LogLevel Level, int Id, string Text, Exception? Exception, IReadOnlyDictionary<string, object?> Properties);
}
