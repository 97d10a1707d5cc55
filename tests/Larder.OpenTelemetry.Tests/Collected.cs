using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Larder.OpenTelemetry.Tests;

/// <summary>A tracer and a meter provider with Larder's instrumentation, and what they were given to export.</summary>
internal sealed class Collected : IDisposable
{
    private readonly List<Activity> _spans = [];
    private readonly Dictionary<string, Exported> _metrics = new(StringComparer.Ordinal);
    private readonly TracerProvider _tracer;
    private readonly MeterProvider _meter;

    public Collected()
    {
        _tracer = Sdk.CreateTracerProviderBuilder().AddLarderInstrumentation().AddProcessor(new SimpleActivityExportProcessor(new Spans(_spans))).Build();
        _meter = Sdk.CreateMeterProviderBuilder().AddLarderInstrumentation().AddReader(new BaseExportingMetricReader(new Metrics(_metrics))).Build();
    }

    /// <summary>The spans of one cache, in the order in which they ended.</summary>
    public Activity[] SpansOf(string cache)
    {
        lock (_spans)
            return [.. _spans.Where(span => Equals(span.GetTagItem("cache.name"), cache))];
    }

    /// <summary>What is collected now, by instrument.</summary>
    public IReadOnlyDictionary<string, Exported> Collect()
    {
        lock (_metrics)
            _metrics.Clear();
        _meter.ForceFlush();
        lock (_metrics)
            return _metrics.ToDictionary();
    }

    public void Dispose()
    {
        _tracer.Dispose();
        _meter.Dispose();
    }

    public sealed record Exported(string Unit, MetricType Type, IReadOnlyList<Point> Points);

    public sealed record Point(IReadOnlyDictionary<string, object?> Attributes, double Value);

    private sealed class Spans(List<Activity> all) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (Activity span in batch)
            {
                lock (all)
                    all.Add(span);
            }

            return ExportResult.Success;
        }
    }

    private sealed class Metrics(Dictionary<string, Exported> all) : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (Metric metric in batch)
            {
                List<Point> points = [];
                foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
                    points.Add(Read(metric, point));
                lock (all)
                    all[metric.Name] = new Exported(metric.Unit, metric.MetricType, points);
            }

            return ExportResult.Success;
        }

        private static Point Read(Metric metric, in MetricPoint point)
        {
            Dictionary<string, object?> attributes = new(StringComparer.Ordinal);
            foreach (KeyValuePair<string, object?> tag in point.Tags)
                attributes.Add(tag.Key, tag.Value);
            return new Point(attributes, metric.MetricType switch
            {
                MetricType.Histogram => point.GetHistogramCount(),
                _ => point.GetSumLong(),
            });
        }
    }
}
