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
            IReadOnlyDictionary<string, T> made = Made(await factory([key], token).ConfigureAwait(false));
            entry.IsAbsent = !made.TryGetValue(key, out T? value);
            if (entry.IsAbsent)
                isAbsent?.Invoke();
            return value!;
        },
        IsSynchronous: false);

    private static IReadOnlyDictionary<string, T> Made<T>(IReadOnlyDictionary<string, T>? made) =>
        made ?? throw new InvalidOperationException("The factory of many keys has returned null; it must return a dictionary, an empty one when it has no values.");

    // The flights of many keys with one factory run. Never throws: every flight lands.
    private async Task FlyTogetherAsync<T>(List<Flight<T>> flights, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, EntryPolicy policy, bool skipStore = false)
    {
        try
        {
            await ComputeTogetherAsync(flights, factory, policy, skipStore).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            foreach (Flight<T> flight in flights)
                Land(flight, Landing<T>.Failed(error));
        }
    }

    private async ValueTask ComputeTogetherAsync<T>(List<Flight<T>> flights, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, EntryPolicy policy, bool skipStore)
    {
        StoreTier? store = policy.UsesStore ? _store : null;
        EntryKey[] keys = [.. flights.Select(static flight => flight.Key)];
        string[] storedKeys = store is null ? [] : Array.ConvertAll(keys, key => StoredKeyOf(key));
        var reads = new StoreRead[keys.Length];
        if (store is not null && skipStore)
            Array.Fill(reads, new StoreRead(StoreReadKind.Miss, null, store.Clock.Counter));
        else if (store is not null)
            reads = await store.Reader.ReadManyAsync<T>(keys, storedKeys, flights[0].Stamp, CancellationToken.None).ConfigureAwait(false);
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
                landings.Add(FlightAsync(flights[i], LookUp<T>(keys[i], policy), Alone(keys[i].Key, factory, isAbsent: null), policy, skipStore));
            }

            wanted.RemoveAll(i => alone[i]);
            if (!skipStore)
                await TakeComputedMeanwhileAsync(store, grantor, wanted, flights, keys, storedKeys, reads, leases, policy).ConfigureAwait(false);
            foreach (int i in wanted)
            {
                if (leases[i] is { } lease)
                    ReleaseWhenVoided(flights[i], grantor, storedKeys[i], lease);
            }
        }

        await DropGivenUpAsync(wanted, flights, store, storedKeys, leases).ConfigureAwait(false);
        if (wanted.Count > 0)
            await ComputeWantedAsync([.. wanted.Select(i => new Wanted<T>(flights[i], store is null ? "" : storedKeys[i], reads[i], leases[i], StaleOf(flights[i], reads[i])))], factory, policy, store).ConfigureAwait(false);
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
        foreach (Wanted<T> one in wanted)
        {
            lock (one.Flight.Stripe.Gate)
                one.Flight.Stale = one.Stale;
        }

        IReadOnlyDictionary<string, T> made;
        FactoryRun run = _telemetry.StartFactory(wanted[0].Flight.Key.Partition, string.Join(", ", names));
        try
        {
            made = await _retries.For(policy.Retry).ExecuteAsync(
                static async (call, token) => Made(await call.factory(call.names, token).ConfigureAwait(false)),
                (factory, names),
                nobody.Token).ConfigureAwait(false);
            run.Completed();
        }
        catch (Exception error)
        {
            bool cancelled = error is OperationCanceledException && nobody.Token.IsCancellationRequested;
            await FailTogetherAsync(wanted, store, policy, run, error, cancelled).ConfigureAwait(false);
            return;
        }

        await Task.WhenAll(wanted.Select(one => LandMadeAsync(one, made, policy, store))).ConfigureAwait(false);
    }

    // Each key's callers get what is stale of it, if there is something; the others the exception.
    private async ValueTask FailTogetherAsync<T>(Wanted<T>[] wanted, StoreTier? store, EntryPolicy policy, FactoryRun run, Exception error, bool cancelled)
    {
        var landings = new Landing<T>[wanted.Length];
        bool seen = false;
        for (int i = 0; i < wanted.Length; i++)
        {
            Wanted<T> one = wanted[i];
            if (one.Lease is { } lease)
                await store!.Leases!.ReleaseAsync(one.StoredKey, lease).ConfigureAwait(false);
            landings[i] = cancelled ? Landing<T>.Failed(error) : StaleOr(one.Flight, one.Stale, policy, error);
            seen |= landings[i].Outcome == Outcome.Failed && one.Flight.Waiters > 0;
        }

        if (cancelled)
            run.Cancelled();
        else
            run.Failed(error, hidden: !seen);
        for (int i = 0; i < wanted.Length; i++)
            Land(wanted[i].Flight, landings[i]);
    }

    private async Task LandMadeAsync<T>(Wanted<T> one, IReadOnlyDictionary<string, T> made, EntryPolicy policy, StoreTier? store)
    {
        Landing<T> landing;
        try
        {
            if (made.TryGetValue(one.Flight.Key.Key, out T? value))
            {
                CacheEntry<T> entry = EntryOf(value, policy, one.Flight.Stamp);
                await PublishAsync(one.Flight, entry, policy, store, one.StoredKey, one.Read.Stamp, one.Lease).ConfigureAwait(false);
                landing = new Landing<T>(Outcome.Computed, value, entry, null);
            }
            else
            {
                if (one.Lease is { } lease)
                    await store!.Leases!.ReleaseAsync(one.StoredKey, lease).ConfigureAwait(false);
                landing = Landing<T>.Absent;
            }
        }
        catch (Exception error)
        {
            landing = Landing<T>.Failed(error);
        }

        Land(one.Flight, landing);
    }

    // What can be served when the factory fails or is slow: what the store had, or else memory.
    private CacheEntry? StaleOf(Flight flight, in StoreRead read)
    {
        if (read.Kind == StoreReadKind.Stale)
            return read.Entry;
        return _memory.TryPeek(flight.Key, out CacheEntry? present) ? present : null;
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
    private sealed record Wanted<T>(Flight<T> Flight, string StoredKey, StoreRead Read, string? Lease, CacheEntry? Stale);
}
