using Larder.Coherence;
using Larder.Diagnostics;
using Larder.Entries;
using Larder.Flights;
using Larder.Partitions;
using Larder.Resilience;
using Larder.Stores;
using Larder.Time;
using Polly;
using Outcome = Larder.Flights.Outcome;

namespace Larder;

/// <content>What a flight does: store, lease, factory, publication.</content>
internal sealed partial class CacheCore
{
    // Never throws: whatever happens is the landing of everyone who waits.
    private async Task FlightAsync<T>(Flight<T> flight, Found<T> found, Factory<T> factory, EntryPolicy policy, bool skipStore = false)
    {
        FlightScope.Enter(flight);
        Landing<T> landing;
        try
        {
            landing = await ComputeAsync(flight, found, factory, policy, skipStore).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            landing = Landing<T>.Failed(error);
        }

        Land(flight, landing);
    }

    private static void Land<T>(Flight<T> flight, in Landing<T> landing)
    {
        lock (flight.Stripe.Gate)
        {
            flight.Close();
            flight.Stripe.Unregister(flight);
        }

        flight.Land(landing);
        flight.Dispose();
    }

    private async ValueTask<Landing<T>> ComputeAsync<T>(Flight<T> flight, Found<T> found, Factory<T> factory, EntryPolicy policy, bool skipStore)
    {
        EntryKey key = flight.Key;
        CacheEntry? stale = found.IsStale || (found.IsFresh && skipStore) ? found.Entry : null;
        StoreTier? store = policy.UsesStore || policy.ReadsStore ? _store : null;
        string storedKey = store is null ? "" : StoredKeyOf(key);
        StoreRead read = default;
        string? lease = null;
        if (store is not null && policy.ReadsStore && !skipStore)
        {
            (read, lease) = await ReadOrLeaseAsync<T>(store, flight, storedKey).ConfigureAwait(false);
            if (read.Kind == StoreReadKind.Failed && !policy.FailSilently)
                throw new CacheStoreException($"The store '{store.Guard.Store.Name}' could not be read for '{key.Key}'.", read.Error);
            if (read.Kind == StoreReadKind.Stale)
                stale = read.Entry;
        }
        else if (store is not null && policy.UsesStore)
        {
            (read, lease) = await LeaseForRenewalAsync<T>(store, flight, storedKey, mayRead: policy.ReadsStore).ConfigureAwait(false);
        }

        if (read is { Kind: StoreReadKind.Fresh, Entry: CacheEntry<T> stored })
        {
            PublishToMemory(flight, stored, policy);
            return new Landing<T>(Outcome.Stored, stored.Value, stored, null);
        }

        if (lease is not null)
            ReleaseWhenVoided(flight, store!.Leases!, storedKey, lease);
        EntryPolicy? decided;
        T value;
        FactoryRun run = _telemetry.StartFactory(key.Partition, key.Key);
        try
        {
            (value, decided) = await RunFactoryAsync(flight, factory, policy, stale).ConfigureAwait(false);
            run.Completed();
        }
        catch (Exception error)
        {
            if (lease is not null)
                await store!.Leases!.ReleaseAsync(storedKey, lease).ConfigureAwait(false);
            return FactoryFailed(flight, stale, policy, run, error);
        }

        if (decided is null)
        {
            if (lease is not null)
                await store!.Leases!.ReleaseAsync(storedKey, lease).ConfigureAwait(false);
            return Landing<T>.Absent;
        }

        CacheEntry<T> entry = EntryOf(value, decided, flight.Stamp);
        await PublishAsync(flight, entry, decided, store, storedKey, read.Stamp, lease).ConfigureAwait(false);
        return new Landing<T>(Outcome.Computed, value, entry, null);
    }

    // What the factory made, and what it decided about the entry; no decision when it says that there is no value.
    private async ValueTask<(T Value, EntryPolicy? Decided)> RunFactoryAsync<T>(Flight<T> flight, Factory<T> factory, EntryPolicy policy, CacheEntry? stale)
    {
        lock (flight.Stripe.Gate)
            flight.Stale = stale;
        ResiliencePipeline retries = _retries.For(policy.Retry);
        return await retries.ExecuteAsync(
            static async (call, cancellationToken) =>
            {
                var context = new EntryContext(call.flight.Key.Key, call.policy, call.stale, call._codec);
                T value = call.factory.Offload
                    ? await Task.Run(() => call.factory.Run(context, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false)
                    : await call.factory.Run(context, cancellationToken).ConfigureAwait(false);
                if (context.IsAbsent)
                    return (value, null);
                context.Validate();
                return (value, (EntryPolicy?)call.policy.With(context));
            },
            (flight, factory, policy, stale, _codec),
            flight.CancellationToken).ConfigureAwait(false);
    }

    private Landing<T> FactoryFailed<T>(Flight<T> flight, CacheEntry? stale, EntryPolicy policy, FactoryRun run, Exception error)
    {
        if (flight.CancellationToken.IsCancellationRequested && error is OperationCanceledException)
        {
            run.Cancelled();
            return Landing<T>.Failed(error);
        }

        Landing<T> landing = StaleOr(flight, stale, policy, error);
        run.Failed(error, hidden: landing.Outcome == Outcome.Stale || flight.Waiters == 0);
        return landing;
    }

    // What can still be served after a failure: the stale entry, for as long as its grace lasts and nobody has
    // removed it meanwhile. The factory is left in peace for a while then.
    private Landing<T> StaleOr<T>(Flight<T> flight, CacheEntry? stale, EntryPolicy policy, Exception error)
    {
        T value = default!;
        bool served = false;
        lock (flight.Stripe.Gate)
        {
            if (stale is not null && !flight.Voided && IsValid(flight.Key, stale) && _clock.Exact < stale.ExpiresAt && stale.TryGetValue(out value))
            {
                served = true;
                stale.ThrottledUntil = Clock.After(_clock.Exact, policy.GraceThrottle);
                if (policy.UsesMemory && !(_memory.TryPeek(flight.Key, out CacheEntry? current) && ReferenceEquals(current, stale)))
                    Retain(flight.Key, stale);
            }
        }

        AfterChange();
        return served ? new Landing<T>(Outcome.Stale, value, stale, error) : Landing<T>.Failed(error);
    }

    // Keeps what the store had, unless the key changed while it was read.
    private void PublishToMemory<T>(Flight<T> flight, CacheEntry entry, EntryPolicy policy)
    {
        if (!policy.UsesMemory)
            return;
        entry.Follow(policy);
        EndInMemory(entry, policy);
        lock (flight.Stripe.Gate)
        {
            if (!flight.Voided)
                Retain(flight.Key, entry);
        }

        AfterChange();
    }

    // Keeps what the factory made, in both tiers or in neither: an invalidation that came while it ran wins (G3).
    private async ValueTask PublishAsync<T>(Flight<T> flight, CacheEntry<T> entry, EntryPolicy policy, StoreTier? store, string storedKey, long storeStamp, string? lease)
    {
        EntryKey key = flight.Key;
        PendingWrite? write = null;
        try
        {
            if (policy.UsesStore && store is not null && MayStore(store, lease))
                write = WriteOf(entry, key, storedKey, policy, storeStamp, isExplicit: false, lease);
        }
        catch (Exception) when (lease is not null)
        {
            await store!.Leases!.ReleaseAsync(storedKey, lease).ConfigureAwait(false);
            throw;
        }

        // Without a lease it is not stored. Memory has it as long as the store does not answer.
        bool tells = store?.Guard.Store is ICoherentStore;
        if (tells && policy.UsesStore && write is null)
            entry.MarkUntold();
        WriteTicket? ticket = null;
        bool published = false;
        if (policy.Tiers != Tiers.None)
        {
            lock (flight.Stripe.Gate)
            {
                published = !flight.Voided;
                if (published)
                {
                    Keep(key, entry, policy);
                    if (write is not null)
                        ticket = store!.Writer.Enqueue(storedKey, write);
                }
            }

            AfterChange();
        }

        if (lease is not null && (ticket is null || write is not PendingSet { Lease: not null }))
            await store!.Leases!.ReleaseAsync(storedKey, lease).ConfigureAwait(false);
        if (!published)
            return;

        _telemetry.Set(key.Partition, key.Key, policy.Tiers, LeftOf(entry));
        if (ticket is not { } inLine)
            return;

        WriteResult result = await store!.Writer.CompleteAsync(inLine, CancellationToken.None).ConfigureAwait(false);
        if (result.Refused)
        {
            // Somebody wrote or removed the key elsewhere while the factory ran: memory must not keep it either.
            lock (flight.Stripe.Gate)
                _memory.Remove(key, entry, RemovalCause.Removed);
            AfterChange();
        }
        else if (result.Error is { } error)
        {
            if (tells)
                entry.MarkUntold();
            if (policy.FailSilently)
                return;
            throw new CacheStoreException($"The store '{store.Guard.Store.Name}' did not take '{key.Key}'.", error);
        }
    }

    // Called under the key's stripe.
    private void Keep(in EntryKey key, CacheEntry entry, EntryPolicy policy)
    {
        if (!policy.UsesMemory)
        {
            _memory.Remove(key);
            return;
        }

        EndInMemory(entry, policy);
        Retain(key, entry);
    }

    // After its stored form was made: that has the whole TTL.
    private void EndInMemory(CacheEntry entry, EntryPolicy policy)
    {
        if (policy.MemoryTtl is { } ttl)
            entry.EndInMemory(_clock.After(ttl), policy.Grace);
    }

    // The store's part of a write. A value that cannot be encoded is not stored, and what was stored before it has to go.
    private PendingWrite WriteOf(CacheEntry entry, in EntryKey key, string storedKey, EntryPolicy policy, long storeStamp, bool isExplicit, string? lease)
    {
        try
        {
            byte[] envelope = entry.Encode(_codec, storedKey, Envelopes.HeaderOf(entry, _clock, storeStamp), policy.PayloadTerms);
            // A sliding entry's life in the store is one slide; every hit anywhere begins it anew.
            long expiresAt = entry.Traits is { SlidingMilliseconds: > 0 } ? entry.FreshUntil : entry.ExpiresAt;
            return new PendingSet(key.Partition, envelope, expiresAt, entry.Stamp, entry, isExplicit, lease);
        }
        catch (Exception error) when (policy.FailSilently)
        {
            _telemetry.PayloadRejected(key.Partition, key.Key, "not encodable", error);
            return new PendingRemove();
        }
    }
}
