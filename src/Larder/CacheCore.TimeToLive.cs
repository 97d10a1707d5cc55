using Larder.Coherence;
using Larder.Diagnostics;
using Larder.Entries;
using Larder.Flights;
using Larder.Partitions;
using Larder.Resilience;
using Larder.Serialization;
using Larder.Stores;
using Larder.Time;

namespace Larder;

/// <content>TTL management: what is left, another TTL, the same TTL anew.</content>
internal sealed partial class CacheCore
{
    public async ValueTask<TimeToLive> GetTimeToLiveAsync(EntryKey key, CancellationToken cancellationToken)
    {
        CacheEntry? entry = await FindAsync(key, cancellationToken).ConfigureAwait(false);
        return entry is null ? TimeToLive.Missing : new TimeToLive(Found: true, LeftOf(entry));
    }

    /// <summary>Gives a fresh entry another TTL; <see langword="null"/> begins its own anew.</summary>
    public async ValueTask<bool> SetTimeToLiveAsync(EntryKey key, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, cancellationToken).ConfigureAwait(false) is not { } entry)
            return false;
        return _store is { } store && entry.IsStored
            ? await RewriteStoredAsync(store, key, ttl, cancellationToken).ConfigureAwait(false)
            : RenewInMemory(key, ttl, mayLengthen: true);
    }

    // Memory's copy must not outlive the store's: nobody is told when an entry is removed that the store has no more. So
    // where the store is not given a longer TTL, memory is not either.
    private bool RenewInMemory(in EntryKey key, TimeSpan? ttl, bool mayLengthen)
    {
        Freshness freshness;
        lock (_flights.For(key).Gate)
        {
            CacheEntry? entry = FindLiving(key, out freshness);
            if (entry is not null && freshness == Freshness.Fresh && Renewed(entry, ttl) is var times && (mayLengthen || times.FreshUntil <= entry.FreshUntil))
                Renew(key, entry, times);
        }

        AfterChange();
        return freshness == Freshness.Fresh;
    }

    // Called under the key's stripe.
    private void Renew(in EntryKey key, CacheEntry entry, in EntryTimes times)
    {
        entry.SetTimes(times);
        _memory.SetExpiry(key, entry);
    }

    private EntryTimes Renewed(CacheEntry entry, TimeSpan? ttl)
    {
        long now = _clock.Exact;
        long grace = GraceOf(entry);
        long limit = ttl is { } given
            ? Clock.After(now, given)
            : Shifted(entry.Traits is { SlidingMilliseconds: > 0 } sliding ? sliding.SlidingLimit : entry.FreshUntil, now - entry.Created);
        long fresh = entry.Traits is { SlidingMilliseconds: > 0 } traits ? Math.Min(limit, Clock.After(now, TimeSpan.FromMilliseconds(traits.SlidingMilliseconds))) : limit;
        return new EntryTimes(now, fresh, Shifted(fresh, grace), limit);
    }

    // An entry that never ended has no grace of its own; it gets that of the cache together with an end.
    private long GraceOf(CacheEntry entry)
    {
        if (entry.FreshUntil == Clock.Never)
            return Clock.After(0, Defaults.Grace);
        return entry.ExpiresAt == Clock.Never ? Clock.Never : entry.ExpiresAt - entry.FreshUntil;
    }

    private static long Shifted(long time, long by) => time == Clock.Never || time > Clock.Never - by ? Clock.Never : time + by;

    // The stored bytes are read, given other times and written back. A flight of the key's holds off local changes
    // meanwhile (they void it); a lease, where the store grants one, those of other processes.
    private async ValueTask<bool> RewriteStoredAsync(StoreTier store, EntryKey key, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        Boarding<EncodedEntry> boarding;
        while ((boarding = Board<EncodedEntry>(key, seen: null, FlightKind.Guard, usesMemory: false)) is not { Started: true })
        {
            if (boarding.Other is { Kind: FlightKind.Compute })
            {
                // A new value is on its way, with times of its own.
                RenewInMemory(key, ttl, mayLengthen: false);
                return true;
            }

            if (boarding.Other is { } other)
                await WaitForOtherAsync(other, cancellationToken).ConfigureAwait(false);
        }

        Flight<EncodedEntry> flight = boarding.Flight!;
        try
        {
            return await RewriteAsync(store, flight, ttl, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Land(flight, Landing<EncodedEntry>.Absent);
        }
    }

    private async ValueTask<bool> RewriteAsync(StoreTier store, Flight<EncodedEntry> flight, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        EntryKey key = flight.Key;
        string storedKey = StoredKeyOf(key);
        string? lease = null;
        if (store.Leases is { } leases)
        {
            // What this process is still writing would void the lease; and must not be replaced by a write that may be refused.
            if (!await store.Writer.SettledAsync(storedKey, cancellationToken).ConfigureAwait(false))
                return RenewInMemory(key, ttl, mayLengthen: false);
            (lease, bool failed) = await leases.TryAcquireAsync(storedKey).ConfigureAwait(false);
            if (lease is null && !failed)
            {
                // A new value is on its way elsewhere, with times of its own.
                RenewInMemory(key, ttl, mayLengthen: false);
                return true;
            }
        }

        StoreRead read;
        try
        {
            read = await store.Reader.ReadEncodedAsync(key, storedKey, flight.Stamp, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (lease is not null)
        {
            await store.Leases!.ReleaseAsync(storedKey, lease).ConfigureAwait(false);
            throw;
        }

        bool rewritten = false;
        WriteTicket? ticket = null;
        if (MayStore(store, lease) && read.Kind == StoreReadKind.Fresh && read.Entry is EncodedEntry stored && _codec.TryReadHeader(stored.Envelope, out EnvelopeHeader header) == DecodeOutcome.Ok)
        {
            EntryTimes times = Renewed(stored, ttl);
            stored.SetTimes(times);
            if (_codec.TryRewrite(storedKey, stored.Envelope, Envelopes.HeaderOf(stored, _clock, header.Epoch), out byte[] envelope) == DecodeOutcome.Ok)
            {
                long expiresAt = stored.Traits is { SlidingMilliseconds: > 0 } ? times.FreshUntil : times.ExpiresAt;
                var write = new PendingSet(key.Partition, envelope, expiresAt, stored.Stamp, stored, isExplicit: true, lease);
                lock (flight.Stripe.Gate)
                {
                    rewritten = !flight.Voided;
                    if (rewritten)
                    {
                        // What memory holds is the same value: any change since the flight began would have voided it.
                        if (FindLiving(key, out Freshness freshness) is { } entry && freshness == Freshness.Fresh)
                            Renew(key, entry, times);
                        else
                            _memory.Remove(key);
                        ticket = store.Writer.Enqueue(storedKey, write);
                    }
                }
            }
        }

        if (lease is not null && ticket is null)
            await store.Leases!.ReleaseAsync(storedKey, lease).ConfigureAwait(false);
        if (ticket is { } inLine)
        {
            WriteResult result = await store.Writer.CompleteAsync(inLine, cancellationToken).ConfigureAwait(false);
            if (result.Refused)
                Drop(key); // The key changed elsewhere, or the lease ran out: memory must not outlive the store.
            if (result.Error is { } error && !Defaults.FailSilently)
                throw new CacheStoreException($"The store '{store.Guard.Store.Name}' did not take the TTL of '{key.Key}'; it will be tried again.", error);
        }

        AfterChange();
        if (rewritten || flight.Voided)
            return true;
        return read.Kind is StoreReadKind.Failed or StoreReadKind.Fresh && RenewInMemory(key, ttl, mayLengthen: false);
    }
}
