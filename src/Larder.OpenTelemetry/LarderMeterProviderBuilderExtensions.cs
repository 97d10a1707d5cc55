using Larder.Diagnostics;

namespace OpenTelemetry.Metrics;

/// <summary>Collects the metrics of Larder's caches.</summary>
public static class LarderMeterProviderBuilderExtensions
{
    /// <summary>
    /// Collects the metrics of every cache of the process: requests by outcome and tier, entries and size, removals by cause, factory and store durations,
    /// circuits, recovery. No attribute has unbounded values.
    /// </summary>
    /// <param name="builder">The meter provider's builder.</param>
    /// <remarks>Most instruments read counters that the caches have anyway when they are collected: a hit costs nothing more.</remarks>
    public static MeterProviderBuilder AddLarderInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(TelemetryNames.Meter);
    }
}
