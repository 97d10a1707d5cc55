using Larder.Coherence;
using Larder.Flights;

namespace Larder;

/// <content>
/// The right to compute a missing entry for all processes. Where the store can grant it, what a factory made goes into
/// the store only under a lease: a write without one could land after, and over, what somebody else has set or removed
/// since the factory read its data (G3).
/// </content>
internal sealed partial class CacheCore
{
    // A voided flight stores nothing: whoever comes after it must not wait for its lease.
    private static void ReleaseWhenVoided(Flight flight, Leases leases, string storedKey, string lease)
    {
        Task voided;
        lock (flight.Stripe.Gate)
            voided = flight.WhenVoided();
        _ = ReleaseAsync();

        async Task ReleaseAsync()
        {
            await voided.ConfigureAwait(false);
            await leases.ReleaseAsync(storedKey, lease).ConfigureAwait(false);
        }
    }

    private static bool MayStore(StoreTier store, string? lease) => lease is not null || store.Leases is null;

    // Asks the store; on a miss takes the lease, or waits for whoever has it and asks again.
    private static async ValueTask<(StoreRead Read, string? Lease)> ReadOrLeaseAsync<T>(StoreTier store, Flight<T> flight, string storedKey)
    {
        while (true)
        {
            StoreRead read = await store.Reader.ReadAsync<T>(flight.Key, storedKey, flight.Stamp, flight.CancellationToken).ConfigureAwait(false);
            if (read.Kind is StoreReadKind.Fresh or StoreReadKind.Failed || store.Leases is not { } leases)
                return (read, null);
            if (!store.Writer.IsSettled(storedKey))
            {
                // A change of this process that is under way would void the lease; one that failed stands in for it.
                if (!await store.Writer.SettledAsync(storedKey, flight.CancellationToken).ConfigureAwait(false))
                    return (read, null);
                continue;
            }

            (string? lease, bool failed) = await leases.TryAcquireAsync(storedKey).ConfigureAwait(false);
            if (lease is not null)
                return await ReadUnderLeaseAsync<T>(store, leases, flight, storedKey, lease).ConfigureAwait(false);
            if (failed || !await leases.WaitAsync(storedKey, flight.CancellationToken).ConfigureAwait(false))
                return (read, null);
        }
    }

    // Somebody may have computed it between the read and the lease.
    private static async ValueTask<(StoreRead Read, string? Lease)> ReadUnderLeaseAsync<T>(StoreTier store, Leases leases, Flight<T> flight, string storedKey, string lease)
    {
        bool keep = false;
        try
        {
            StoreRead read = await store.Reader.ReadAsync<T>(flight.Key, storedKey, flight.Stamp, flight.CancellationToken).ConfigureAwait(false);
            keep = read.Kind != StoreReadKind.Fresh;
            return (read, keep ? lease : null);
        }
        finally
        {
            if (!keep)
                await leases.ReleaseAsync(storedKey, lease).ConfigureAwait(false);
        }
    }

    // For an eager refresh: what the store has is what memory has, not yet expired, so that it is not asked; unless
    // somebody else is renewing the entry already, and the caller wants to read the store at all.
    private static async ValueTask<(StoreRead Read, string? Lease)> LeaseForRenewalAsync<T>(StoreTier store, Flight<T> flight, string storedKey, bool mayRead)
    {
        var read = new StoreRead(StoreReadKind.Miss, null, store.Clock.Counter);
        if (store.Leases is not { } leases)
            return (read, null);
        if (!await store.Writer.SettledAsync(storedKey, flight.CancellationToken).ConfigureAwait(false))
            return (read, null);

        while (true)
        {
            (string? lease, bool failed) = await leases.TryAcquireAsync(storedKey).ConfigureAwait(false);
            if (lease is not null || failed || !await leases.WaitAsync(storedKey, flight.CancellationToken).ConfigureAwait(false))
                return (read, lease);
            if (mayRead)
                return await ReadOrLeaseAsync<T>(store, flight, storedKey).ConfigureAwait(false);
        }
    }
}
