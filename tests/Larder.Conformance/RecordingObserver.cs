using Larder.Stores;

namespace Larder.Conformance;

/// <summary>Remembers what a store told, in order.</summary>
public sealed class RecordingObserver : IStoreObserver
{
    private readonly Lock _gate = new(); // Protects the list.
    private readonly List<string> _told = [];

    public void OnChanged(string key) => Tell("changed " + key);

    public void OnEpochChanged(string name) => Tell("epoch " + name);

    public void OnConnectionLost() => Tell("lost");

    public void OnConnectionRestored() => Tell("restored");

    public int CountChanged(string key) => Count("changed " + key);

    public int CountEpochChanged(string name) => Count("epoch " + name);

    public int CountLost() => Count("lost");

    public int CountRestored() => Count("restored");

    private int Count(string what)
    {
        lock (_gate)
            return _told.Count(told => string.Equals(told, what, StringComparison.Ordinal));
    }

    private void Tell(string what)
    {
        lock (_gate)
            _told.Add(what);
    }
}
