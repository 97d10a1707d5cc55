namespace Larder.Samples.Tour;

/// <summary>The source of truth, far away: every get, update and delete takes its time, and sometimes it fails.</summary>
internal sealed class SlowStore(TimeSpan latency)
{
    private readonly Dictionary<string, string> _values = new()
    {
        ["product:1"] = "Lamp, 29.90",
        ["product:2"] = "Chair, 89.00",
        ["product:3"] = "Table, 249.00",
        ["product:4"] = "Shelf, 119.00",
        ["product:5"] = "Mirror, 59.50",
        ["product:6"] = "Rug, 74.00",
        ["product:7"] = "Clock, 39.90",
        ["user:1"] = "Ada",
        ["user:2"] = "Grace",
        ["user:3"] = "Barbara",
    };

    private readonly Lock _gate = new(); // Protects the values and the number of failures to come.
    private int _failures;
    private int _reads;

    /// <summary>How long the next calls take.</summary>
    public TimeSpan Latency { get; set; } = latency;

    /// <summary>How often it was read, in vain or not.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Makes the next reads fail.</summary>
    public void FailNext(int reads)
    {
        lock (_gate)
            _failures = reads;
    }

    public async Task<string?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        await Task.Delay(Latency, cancellationToken);
        lock (_gate)
        {
            if (_failures > 0)
            {
                _failures--;
                throw new IOException("The source is down.");
            }

            return _values.GetValueOrDefault(key);
        }
    }

    public async Task UpdateAsync(string key, string value)
    {
        await Task.Delay(Latency);
        lock (_gate)
            _values[key] = value;
    }

    public async Task DeleteAsync(string key)
    {
        await Task.Delay(Latency);
        lock (_gate)
            _values.Remove(key);
    }
}
