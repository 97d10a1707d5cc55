using Larder.Coherence;
using Larder.Diagnostics;
using Larder.Entries;
using Larder.Flights;
using Larder.Partitions;
using Larder.Resilience;
using Polly;
using Outcome = Larder.Flights.Outcome;

namespace Larder;

/// <content>The flights of many keys that are computed together.</content>
internal sealed partial class CacheCore
{
    // A factory of many keys, asked for one.
    private static Factory<T> Alone<T>(string key, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, Action? isAbsent) => new(
        async (entry, token) =>
        {
            IReadOnlyDictionary<string, T> made = await factory([key], token).ConfigureAwait(false);
            entry.IsAbsent = !made.TryGetValue(key, out T? value);
            if (entry.IsAbsent)
                isAbsent?.Invoke();
            return value!;
        },
        IsSynchronous: false);

    // The flights of many keys with one factory run. Never throws: every flight lands.
    private async Task FlyTogetherAsync<T>(List<Flight<T>> flights, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, EntryPolicy policy)
    {
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

        var landings = new List<Task>(wanted.Count);
        string?[] leases = new string?[keys.Length];
        if (store is { Leases: { } grantor })
        {
            bool[] alone = await AcquireAsync(grantor, store.Writer, wanted, storedKeys, leases).ConfigureAwait(false);
            foreach (int i in wanted.Where(i => alone[i]))
            {
                // Another process computes this one, or this one still writes it. Beside the rest, that is waited for.
                landings.Add(FlightAsync(flights[i], LookUp<T>(keys[i], policy), Alone(keys[i].Key, factory, isAbsent: null), policy));
            }

            wanted.RemoveAll(i => alone[i]);
            await TakeComputedMeanwhileAsync(store, grantor, wanted, flights, keys, storedKeys, reads, leases, policy).ConfigureAwait(false);
            foreach (int i in wanted)
            {
                if (leases[i] is { } lease)
                    ReleaseWhenVoided(flights[i], grantor, storedKeys[i], lease);
            }
        }

        await DropGivenUpAsync(wanted, flights, store, storedKeys, leases).ConfigureAwait(false);
        if (wanted.Count > 0)
            await ComputeWantedAsync([.. wanted.Select(i => new Wanted<T>(flights[i], store is null ? "" : storedKeys[i], reads[i], leases[i]))], factory, policy, store).ConfigureAwait(false);
        await Task.WhenAll(landings).ConfigureAwait(false);
    }

    // Somebody may have computed some of them between the read and the leases.
    private async ValueTask TakeComputedMeanwhileAsync<T>(StoreTier store, Leases grantor, List<int> wanted, List<Flight<T>> flights, EntryKey[] keys, string[] storedKeys, StoreRead[] reads, string?[] leases, EntryPolicy policy)
    {
        int[] held = [.. wanted.Where(i => leases[i] is not null)];
        if (held.Length == 0)
            return;
        StoreRead[] again = await store.Reader.ReadManyAsync<T>([.. held.Select(i => keys[i])], [.. held.Select(i => storedKeys[i])], flights[0].Stamp, CancellationToken.None).ConfigureAwait(false);
        for (int n = 0; n < held.Length; n++)
        {
            int i = held[n];
            if (again[n] is not { Kind: StoreReadKind.Fresh, Entry: CacheEntry<T> stored })
            {
                reads[i] = again[n];
                continue;
            }

            wanted.Remove(i);
            PublishToMemory(flights[i], stored, policy);
            Land(flights[i], new Landing<T>(Outcome.Stored, stored.Value, stored, null));
            await grantor.ReleaseAsync(storedKeys[i], leases[i]!).ConfigureAwait(false);
        }
    }

    // The factory is not asked for what nobody waits for any more.
    private static async ValueTask DropGivenUpAsync<T>(List<int> wanted, List<Flight<T>> flights, StoreTier? store, string[] storedKeys, string?[] leases)
    {
        foreach (int i in wanted.ToArray())
        {
            lock (flights[i].Stripe.Gate)
            {
                if (!flights[i].IsGivenUp)
                    continue;
            }

            wanted.Remove(i);
            Land(flights[i], Landing<T>.Absent);
            if (leases[i] is { } lease)
                await store!.Leases!.ReleaseAsync(storedKeys[i], lease).ConfigureAwait(false);
        }
    }

    private async ValueTask ComputeWantedAsync<T>(Wanted<T>[] wanted, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, EntryPolicy policy, StoreTier? store)
    {
        // Only these land together: those that the store had have landed by now, and stand for nobody any more.
        FlightScope.Enter(wanted[0].Flight);
        using IDisposable together = FlightScope.Bind(Array.ConvertAll(wanted, static one => one.Flight));
        using var nobody = new NobodyWaits(wanted.Select(static one => one.Flight.CancellationToken));
        string[] names = Array.ConvertAll(wanted, static one => one.Flight.Key.Key);
        IReadOnlyDictionary<string, T> made;
        FactoryRun run = _telemetry.StartFactory(wanted[0].Flight.Key.Partition, string.Join(", ", names));
        try
        {
            made = await _retries.For(policy.Retry).ExecuteAsync(
                static (call, token) => call.factory(call.names, token),
                (factory, names),
                nobody.Token).ConfigureAwait(false);
            run.Completed();
        }
        catch (Exception error)
        {
            if (error is OperationCanceledException && nobody.Token.IsCancellationRequested)
                run.Cancelled();
            else
                run.Failed(error, hidden: false);
            foreach (Wanted<T> one in wanted)
            {
                if (one.Lease is { } lease)
                    await store!.Leases!.ReleaseAsync(one.StoredKey, lease).ConfigureAwait(false);
                CacheEntry? stale = _memory.TryPeek(one.Flight.Key, out CacheEntry? present) ? present : one.Read.Entry;
                Land(one.Flight, StaleOr(one.Flight, stale, policy, error));
            }

            return;
        }

        await Task.WhenAll(wanted.Select(one => LandMadeAsync(one.Flight, made, policy, store, one.StoredKey, one.Read.Stamp, one.Lease))).ConfigureAwait(false);
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

    // Asks for the leases of the wanted keys; says which of them cannot be had now.
    private static async ValueTask<bool[]> AcquireAsync(Leases grantor, StoreWriter writer, List<int> wanted, string[] storedKeys, string?[] leases)
    {
        bool[] denied = new bool[leases.Length];
        foreach (int i in wanted)
            denied[i] = !writer.IsSettled(storedKeys[i]);
        int[] free = [.. wanted.Where(i => !denied[i])];
        (string? Lease, bool Failed)[] answers = await Task.WhenAll(free.Select(i => grantor.TryAcquireAsync(storedKeys[i]).AsTask())).ConfigureAwait(false);
        for (int i = 0; i < answers.Length; i++)
        {
            leases[free[i]] = answers[i].Lease;
            denied[free[i]] = answers[i] is { Lease: null, Failed: false };
        }

        return denied;
    }

    /// <summary>A key that is computed together with others.</summary>
    private sealed record Wanted<T>(Flight<T> Flight, string StoredKey, StoreRead Read, string? Lease);
}
