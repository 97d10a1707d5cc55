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
        if (flights.Count > 0)
            _ = FlyTogetherAsync(flights, factory, policy);
        foreach (Flight<T> flight in flights)
        {
            Landing<T>? landing = await LandingAsync(flight, default, policy, cancellationToken).ConfigureAwait(false);
            if (landing is { Outcome: not Outcome.Absent } landed)
                values[flight.Key.Key] = Answer(flight.Key, landed, policy, _telemetry.StartGetOrSet());
            else
                _telemetry.Miss(partition, flight.Key.Key);
        }

        foreach (EntryKey key in others)
        {
            bool absent = false;
            var single = new Factory<T>(
                async (entry, token) =>
                {
                    IReadOnlyDictionary<string, T> made = await factory([key.Key], token).ConfigureAwait(false);
                    absent = entry.IsAbsent = !made.TryGetValue(key.Key, out T? value);
                    return value!;
                },
                IsSynchronous: false);
            T found = await GetOrSetAsync(key, single, policy, cancellationToken).ConfigureAwait(false);
            if (!absent)
                values[key.Key] = found;
        }

        return values;
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
            Found<T> found = policy.UsesMemory ? LookUp<T>(key) : default;
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
        CacheEntry? seen = policy.UsesMemory && _memory.TryPeek(key, out CacheEntry? present) ? present : null;
        Boarding<T> boarding = Board<T>(key, seen, kind, policy.UsesMemory);
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
            _telemetry.Hit(keys[i].Partition, keys[i].Key, Tiers.Store, LeftOf(entry));
            values[keys[i].Key] = Handed(entry.Value, entry, policy);
        }
    }

    // The flights of many keys with one factory run. Never throws: every flight lands.
    private async Task FlyTogetherAsync<T>(List<Flight<T>> flights, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, EntryPolicy policy)
    {
        FlightScope.Enter(flights[0]);
        using IDisposable together = FlightScope.Bind(flights);
        try
        {
            await ComputeTogetherAsync(flights, factory, policy).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            foreach (Flight<T> flight in flights)
                Land(flight, Landing<T>.Failed(error));
        }
    }

    private async ValueTask ComputeTogetherAsync<T>(List<Flight<T>> flights, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, EntryPolicy policy)
    {
        StoreTier? store = policy.UsesStore ? _store : null;
        EntryKey[] keys = [.. flights.Select(static flight => flight.Key)];
        string[] storedKeys = store is null ? [] : Array.ConvertAll(keys, key => StoredKeyOf(key));
        StoreRead[] reads = store is null ? new StoreRead[keys.Length] : await store.Reader.ReadManyAsync<T>(keys, storedKeys, flights[0].Stamp, CancellationToken.None).ConfigureAwait(false);
        var wanted = new List<int>();
        for (int i = 0; i < keys.Length; i++)
        {
            if (reads[i].Kind == StoreReadKind.Failed && !policy.FailSilently)
                throw new CacheStoreException($"The store '{store!.Guard.Store.Name}' could not be read.", reads[i].Error);
            if (reads[i].Entry is CacheEntry<T> stored && reads[i].Kind == StoreReadKind.Fresh)
            {
                PublishToMemory(flights[i], stored, policy);
                Land(flights[i], new Landing<T>(Outcome.Stored, stored.Value, stored, null));
            }
            else
            {
                wanted.Add(i);
            }
        }

        if (wanted.Count == 0)
            return;
        string?[] leases = await AcquireAsync(store, wanted, storedKeys).ConfigureAwait(false);
        string[] names = [.. wanted.Select(i => keys[i].Key)];
        IReadOnlyDictionary<string, T> made;
        FactoryRun run = _telemetry.StartFactory(keys[0].Partition, string.Join(", ", names));
        try
        {
            // The token of the first: all wait for the same run, and each leaves it by itself.
            made = await _retries.For(policy.Retry).ExecuteAsync(
                static (call, token) => call.factory(call.names, token),
                (factory, names),
                flights[wanted[0]].CancellationToken).ConfigureAwait(false);
            run.Completed();
        }
        catch (Exception error)
        {
            run.Failed(error, hidden: false);
            for (int i = 0; i < wanted.Count; i++)
            {
                if (leases[i] is { } lease)
                    await store!.Leases!.ReleaseAsync(storedKeys[wanted[i]], lease).ConfigureAwait(false);
                CacheEntry? stale = _memory.TryPeek(keys[wanted[i]], out CacheEntry? present) ? present : reads[wanted[i]].Entry;
                Land(flights[wanted[i]], StaleOr(flights[wanted[i]], stale, policy, error));
            }

            return;
        }

        var publications = new List<Task>(wanted.Count);
        for (int i = 0; i < wanted.Count; i++)
            publications.Add(LandMadeAsync(flights[wanted[i]], made, policy, store, store is null ? "" : storedKeys[wanted[i]], reads[wanted[i]].Stamp, leases[i]));
        await Task.WhenAll(publications).ConfigureAwait(false);
    }

    private async Task LandMadeAsync<T>(Flight<T> flight, IReadOnlyDictionary<string, T> made, EntryPolicy policy, StoreTier? store, string storedKey, long storeStamp, string? lease)
    {
        if (!made.TryGetValue(flight.Key.Key, out T? value))
        {
            if (lease is not null)
                await store!.Leases!.ReleaseAsync(storedKey, lease).ConfigureAwait(false);
            Land(flight, Landing<T>.Absent);
            return;
        }

        try
        {
            CacheEntry<T> entry = EntryOf(value, policy, flight.Stamp);
            await PublishAsync(flight, entry, policy, store, storedKey, storeStamp, lease).ConfigureAwait(false);
            Land(flight, new Landing<T>(Outcome.Computed, value, entry, null));
        }
        catch (Exception error)
        {
            Land(flight, Landing<T>.Failed(error));
        }
    }

    private static async ValueTask<string?[]> AcquireAsync(StoreTier? store, List<int> wanted, string[] storedKeys)
    {
        if (store?.Leases is not { } leases)
            return new string?[wanted.Count];
        (string? Lease, bool Failed)[] answers = await Task.WhenAll(wanted.Select(i => leases.TryAcquireAsync(storedKeys[i], CancellationToken.None).AsTask())).ConfigureAwait(false);
        return Array.ConvertAll(answers, static answer => answer.Lease);
    }
}
