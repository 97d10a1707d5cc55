using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Larder.Benchmarks;

/// <summary>Somebody who takes every measurement and every span of Larder.</summary>
internal sealed class Listeners : IDisposable
{
    private readonly MeterListener _metrics = new() { InstrumentPublished = static (instrument, listener) => Enable(instrument, listener) };
    private readonly ActivityListener _traces = new()
    {
        ShouldListenTo = static source => source.Name.StartsWith("Larder", StringComparison.Ordinal),
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public Listeners()
    {
        _metrics.Start();
        ActivitySource.AddActivityListener(_traces);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _traces.Dispose();
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name.StartsWith("Larder", StringComparison.Ordinal))
            listener.EnableMeasurementEvents(instrument);
    }
}
