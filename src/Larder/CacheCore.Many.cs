using Larder.Coherence;
using Larder.Diagnostics;
using Larder.Entries;
using Larder.Flights;
using Larder.Partitions;
using Polly;
using Outcome = Larder.Flights.Outcome;

namespace Larder;

/// <content>Many keys at once.</content>
internal sealed partial class CacheCore
{
    public async ValueTask<IReadOnlyDictionary<string, T>> GetManyAsync<T>(Partition partition, IEnumerable<string> keys, EntryPolicy policy, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        var values = new Dictionary<string, T>(StringComparer.Ordinal);
        List<EntryKey> missing = LookUpMany(partition, keys, policy, values);
        if (missing.Count == 0)
            return values;
        if (_store is not { } store || !policy.UsesStore)
        {
            foreach (EntryKey key in missing)
                _telemetry.Miss(key.Partition, key.Key);
            return values;
        }

        // A flight for each key, so that a change of the key meanwhile keeps the read from being published.
        var flights = new List<Flight<EncodedEntry>>(missing.Count);
        var alone = new List<EntryKey>();
        foreach (EntryKey key in missing)
        {
            if (TryStart(key, FlightKind.Guard, policy, out Flight<EncodedEntry>? flight))
                flights.Add(flight!);
            else
                alone.Add(key);
        }

        try
        {
            await ReadFlightsAsync(store, flights, policy, values, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (Flight<EncodedEntry> flight in flights)
                Land(flight, Landing<EncodedEntry>.Absent);
        }

        foreach (EntryKey key in alone)
        {
            if ((await TryGetAsync<T>(key, policy, cancellationToken).ConfigureAwait(false)).TryGetValue(out T? value))
                values[key.Key] = value;
        }

        return values;
    }

    public async ValueTask<IReadOnlyDictionary<string, T>> GetOrSetManyAsync<T>(Partition partition, IEnumerable<string> keys, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, EntryPolicy policy, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        var values = new Dictionary<string, T>(StringComparer.Ordinal);
        List<EntryKey> missing = LookUpMany(partition, keys, policy, values);
        var flights = new List<Flight<T>>();
        var others = new List<EntryKey>();
        foreach (EntryKey key in missing)
        {
            if (TryStart(key, FlightKind.Compute, policy, out Flight<T>? flight))
                flights.Add(flight!);
            else
                others.Add(key);
        }

        // This caller's own keys first: whoever waits for them may be computing one of the others.
        using (FlightScope.Wait(flights))
        {
            if (flights.Count > 0)
                _ = FlyTogetherAsync(flights, factory, policy);
            await LandAllAsync(flights, policy, values, cancellationToken).ConfigureAwait(false);
        }

        foreach (EntryKey key in others)
        {
            bool absent = false;
            T found = await GetOrSetAsync(key, Alone(key.Key, factory, () => absent = true), policy, cancellationToken).ConfigureAwait(false);
            if (!absent)
                values[key.Key] = found;
        }

        return values;
    }

    private async ValueTask LandAllAsync<T>(List<Flight<T>> flights, EntryPolicy policy, Dictionary<string, T> values, CancellationToken cancellationToken)
    {
        for (int i = 0; i < flights.Count; i++)
        {
            Landing<T> landing;
            try
            {
                landing = await LandingAsync(flights[i], default, policy, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or TimeoutException)
            {
                // This caller gives up; it must leave the flights that it has not come to, too.
                foreach (Flight<T> left in flights.Skip(i + 1))
                    Abandon(left, goOn: error is TimeoutException && policy.CompleteInBackground);
                foreach (Flight<T> missed in flights.Skip(i))
                    _telemetry.Miss(missed.Key.Partition, missed.Key.Key);
                throw;
            }

            if (landing.Outcome != Outcome.Absent)
                values[flights[i].Key.Key] = Answer(flights[i].Key, landing, policy, _telemetry.StartGetOrSet());
            else
                _telemetry.Miss(flights[i].Key.Partition, flights[i].Key.Key);
        }
    }

    // The fresh ones go into values, the others are returned, each once.
    private List<EntryKey> LookUpMany<T>(Partition partition, IEnumerable<string> keys, EntryPolicy policy, Dictionary<string, T> values)
    {
        var missing = new List<EntryKey>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string text in keys)
        {
            ArgumentNullException.ThrowIfNull(text, nameof(keys));
            if (!seen.Add(text))
                continue;
            var key = new EntryKey(partition, text);
            Found<T> found = policy.ReadsMemory ? LookUp<T>(key, policy) : default;
            if (found.IsFresh)
            {
                _telemetry.Hit(partition, text, Tiers.Memory, LeftOf(found.Entry!));
                values.Add(text, Handed(found.Value, found.Entry, policy));
            }
            else
            {
                missing.Add(key);
            }
        }

        return missing;
    }

    private bool TryStart<T>(in EntryKey key, FlightKind kind, EntryPolicy policy, out Flight<T>? flight)
    {
        CacheEntry? seen = policy.ReadsMemory && _memory.TryPeek(key, out CacheEntry? present) ? present : null;
        Boarding<T> boarding = Board<T>(key, seen, kind, policy.ReadsMemory);
        flight = boarding.Flight;
        if (boarding.Started || flight is null)
            return boarding.Started;
        Abandon(flight, goOn: false);
        return false;
    }

    private async ValueTask ReadFlightsAsync<T>(StoreTier store, List<Flight<EncodedEntry>> flights, EntryPolicy policy, Dictionary<string, T> values, CancellationToken cancellationToken)
    {
        if (flights.Count == 0)
            return;
        EntryKey[] keys = [.. flights.Select(static flight => flight.Key)];
        StoreRead[] reads = await store.Reader.ReadManyAsync<T>(keys, Array.ConvertAll(keys, key => StoredKeyOf(key)), flights[0].Stamp, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < reads.Length; i++)
        {
            if (reads[i].Kind == StoreReadKind.Failed && !policy.FailSilently)
                throw new CacheStoreException($"The store '{store.Guard.Store.Name}' could not be read.", reads[i].Error);
            if (reads[i].Kind != StoreReadKind.Fresh)
            {
                _telemetry.Miss(keys[i].Partition, keys[i].Key);
                continue;
            }

            var entry = (CacheEntry<T>)reads[i].Entry!;
            PublishToMemory(flights[i], entry, policy);
            StoredHit(keys[i], entry);
            values[keys[i].Key] = Handed(entry.Value, entry, policy);
        }
    }
}
