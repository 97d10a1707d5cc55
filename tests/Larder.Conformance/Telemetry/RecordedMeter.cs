using System.Diagnostics.Metrics;

namespace Larder.Conformance.Telemetry;

/// <summary>What a meter has measured since a test began. The meter is the process's: other tests are heard, too, and told apart by their servers.</summary>
public sealed class RecordedMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<Measured> _measured = []; // Guards itself.

    public RecordedMeter(string name)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == name)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything so far.</summary>
    public IReadOnlyList<Measured> All
    {
        get
        {
            lock (_measured)
                return [.. _measured];
        }
    }

    /// <summary>Reads the counters that are read when somebody asks.</summary>
    public void Collect() => _listener.RecordObservableInstruments();

    /// <summary>The last that was measured of an instrument at a server's port, with an attribute if one is named.</summary>
    public (string? Unit, double Value) Read(int port, string name, params string[] attribute)
    {
        Measured found = All.Last(one => one.Name == name && one.Has("server.port", port) && (attribute.Length == 0 || one.Has(attribute[0], attribute[1])));
        return (found.Unit, found.Value);
    }

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_measured)
            _measured.Add(new Measured(instrument.Name, instrument.Unit, value, tags.ToArray()));
    }

    /// <summary>One measurement.</summary>
    public sealed record Measured(string Name, string? Unit, double Value, KeyValuePair<string, object?>[] Tags)
    {
        public bool Has(string name, object value) => Tags.Contains(new KeyValuePair<string, object?>(name, value));
    }
}
