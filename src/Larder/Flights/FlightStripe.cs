using Larder.Partitions;

namespace Larder.Flights;

/// <summary>The flights of some of the keys, and the lock that orders everything that happens to those keys.</summary>
/// <remarks>
/// <para>Under <see cref="Gate"/> happen: a flight's registration, its voiding, its publication, and every write or
/// removal by key together with its enqueueing for the store. That is all of G3 within a process: an invalidation
/// either comes before a flight's publication, and voids it, or after, and removes what it published; and memory and
/// store see the writes of a key in the same order.</para>
/// <para>Nothing under the lock waits, calls a store, a factory or a handler of the user's.</para>
/// </remarks>
internal sealed class FlightStripe
{
    private readonly Dictionary<EntryKey, Flight> _flights = new(EntryKeyEquality.Instance);

    public Lock Gate { get; } = new();

    // The following are called under the gate.

    public Flight? Find(in EntryKey key) => _flights.Count == 0 ? null : _flights.GetValueOrDefault(key);

    public void Register(Flight flight) => _flights.Add(flight.Key, flight);

    /// <summary>Takes a flight out of the table, unless another one has taken its place.</summary>
    public void Unregister(Flight flight)
    {
        if (_flights.TryGetValue(flight.Key, out Flight? current) && ReferenceEquals(current, flight))
            _flights.Remove(flight.Key);
    }

    /// <summary>Makes the key's flight, if there is one, keep its value to itself.</summary>
    public void Void(in EntryKey key)
    {
        if (_flights.Count > 0 && _flights.Remove(key, out Flight? flight))
            flight.Void();
    }

    public void VoidWhere(Func<EntryKey, bool> matches)
    {
        foreach (KeyValuePair<EntryKey, Flight> pair in _flights)
        {
            if (matches(pair.Key))
                Void(pair.Key);
        }
    }

    public long OldestStamp()
    {
        long oldest = long.MaxValue;
        foreach (Flight flight in _flights.Values)
            oldest = Math.Min(oldest, flight.Stamp);
        return oldest;
    }
}
