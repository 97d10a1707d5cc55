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
        List<Sought<T>> missing = LookUpMany(partition, keys, policy, values, due: null);
        if (missing.Count == 0)
            return values;
        if (_store is not { } store || !policy.UsesStore)
        {
            foreach (Sought<T> sought in missing)
                _telemetry.Miss(partition, sought.Key.Key);
            return values;
        }

        // A flight for each key, so that a change of the key meanwhile keeps the read from being published.
        var flights = new List<Flight<EncodedEntry>>(missing.Count);
        var alone = new List<EntryKey>();
        foreach (Sought<T> sought in missing)
        {
            if (TryStart(sought.Key, sought.Found.Entry, FlightKind.Guard, policy, out Flight<EncodedEntry>? flight))
                flights.Add(flight!);
            else
                alone.Add(sought.Key);
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
        var due = new List<Sought<T>>();
        List<Sought<T>> missing = LookUpMany(partition, keys, policy, values, due);
        RefreshTogether(due, factory, policy);
        var flights = new List<Flight<T>>();
        var flying = new List<(Flight<T> Flight, Found<T> Found)>();
        var others = new List<EntryKey>();
        foreach (Sought<T> sought in missing)
        {
            if (TryStart(sought.Key, sought.Found.Entry, FlightKind.Compute, policy, out Flight<T>? flight))
            {
                flights.Add(flight!);
                flying.Add((flight!, sought.Found));
            }
            else
            {
                others.Add(sought.Key);
            }
        }

        // This caller's own keys first: whoever waits for them may be computing one of the others.
        using (FlightScope.Wait(flights))
        {
            if (flights.Count > 0)
                _ = FlyTogetherAsync(flights, factory, policy);
            // What has nothing stale has to be waited for anyway; what is stale need not be served, if it has landed by then.
            await LandAllAsync([.. flying.OrderBy(static one => one.Found.IsStale)], policy, values, cancellationToken).ConfigureAwait(false);
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

    // They have their timeouts together, from the moment on at which this caller begins to wait.
    private async ValueTask LandAllAsync<T>((Flight<T> Flight, Found<T> Found)[] flying, EntryPolicy policy, Dictionary<string, T> values, CancellationToken cancellationToken)
    {
        long began = Options.TimeProvider.GetTimestamp();
        for (int i = 0; i < flying.Length; i++)
        {
            (Flight<T> flight, Found<T> found) = flying[i];
            Landing<T> landing;
            try
            {
                landing = await LandingAsync(flight, found, policy, cancellationToken, i == 0 ? default : Options.TimeProvider.GetElapsedTime(began)).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or TimeoutException)
            {
                // This caller gives up; it must leave the flights that it has not come to, too.
                foreach ((Flight<T> left, _) in flying.Skip(i + 1))
                    Abandon(left, goOn: error is TimeoutException && policy.CompleteInBackground);
                foreach ((Flight<T> missed, _) in flying.Skip(i))
                    _telemetry.Miss(missed.Key.Partition, missed.Key.Key);
                throw;
            }

            if (landing.Outcome != Outcome.Absent)
                values[flight.Key.Key] = Answer(flight.Key, landing, policy, _telemetry.StartGetOrSet());
            else
                _telemetry.Miss(flight.Key.Partition, flight.Key.Key);
        }
    }

    // The fresh ones go into values, the others are returned, each once. Whoever has a factory (and with it a list of
    // what is due for a renewal) is served what is stale, too, while the factory is not to be tried yet.
    private List<Sought<T>> LookUpMany<T>(Partition partition, IEnumerable<string> keys, EntryPolicy policy, Dictionary<string, T> values, List<Sought<T>>? due)
    {
        var missing = new List<Sought<T>>();
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
                if (found.RefreshDue)
                    due?.Add(new Sought<T>(key, found));
            }
            else if (due is not null && IsThrottled(found))
            {
                _telemetry.StaleHit(partition, text, StaleReason.Throttled);
            }
            else
            {
                missing.Add(new Sought<T>(key, found));
                continue;
            }

            values.Add(text, Handed(found.Value, found.Entry, policy));
        }

        return missing;
    }

    // What memory has may have changed since it was looked at; then the key is looked at again, alone.
    private bool TryStart<T>(in EntryKey key, CacheEntry? seen, FlightKind kind, EntryPolicy policy, out Flight<T>? flight)
    {
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

    /// <summary>One of many keys, and what memory has for it.</summary>
    private readonly record struct Sought<T>(EntryKey Key, Found<T> Found);
}
