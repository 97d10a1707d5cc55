using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Larder.Samples.WebApi;

/// <summary>OpenTelemetry to the console: requests and what the cache did in them as they end, and the cache's metrics every minute.</summary>
/// <remarks>A real application takes the packages <c>OpenTelemetry.Extensions.Hosting</c> and <c>OpenTelemetry.Exporter.OpenTelemetryProtocol</c> in place of this file.</remarks>
internal sealed class ConsoleTelemetry : IHostedService, IDisposable
{
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _traces = Sdk.CreateTracerProviderBuilder()
            .AddSource("Microsoft.AspNetCore")
            .AddLarderInstrumentation()
            .AddProcessor(new SimpleActivityExportProcessor(new SpanLines()))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .AddLarderInstrumentation()
            .AddReader(new PeriodicExportingMetricReader(new MetricLines(), exportIntervalMilliseconds: 60_000))
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose(); // Exports a last time.
    }

    private static string Text(IEnumerable<KeyValuePair<string, object?>> attributes, string prefix) =>
        string.Concat(attributes.Where(tag => tag.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(tag => $" {tag.Key}={tag.Value}"));

    private sealed class SpanLines : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (Activity span in batch)
                Console.WriteLine($"span {span.TraceId} {span.DisplayName} {span.Duration.TotalMilliseconds:F1} ms{Text(span.TagObjects, "cache.")}{Text(span.TagObjects, "db.")}");
            return ExportResult.Success;
        }
    }

    private sealed class MetricLines : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (Metric metric in batch)
            {
                foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
                {
                    List<KeyValuePair<string, object?>> attributes = [];
                    foreach (KeyValuePair<string, object?> tag in point.Tags)
                        attributes.Add(tag);
                    string value = metric.MetricType == MetricType.Histogram
                        ? $"{point.GetHistogramCount()} times, {point.GetHistogramSum():F3} {metric.Unit} in all"
                        : $"{point.GetSumLong()} {metric.Unit}";
                    Console.WriteLine($"metric {metric.Name} {value}{Text(attributes, "")}");
                }
            }

            return ExportResult.Success;
        }
    }
}

internal static class ConsoleTelemetryServiceCollectionExtensions
{
    public static void AddConsoleTelemetry(this IServiceCollection services) => services.AddHostedService<ConsoleTelemetry>();
}
