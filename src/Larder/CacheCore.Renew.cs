using Larder.Entries;
using Larder.Flights;
using Larder.Partitions;

namespace Larder;

/// <content>Eager refresh: an entry that is still fresh is renewed in the background.</content>
internal sealed partial class CacheCore
{
    // Nobody waits: on a thread of its own, because the factory may block.
    private void RefreshEagerly<T>(EntryKey key, Found<T> found, Factory<T> factory, EntryPolicy policy)
    {
        if (!TryStartRenewal(key, found, out Flight<T>? flight))
            return;
        _ = Task.Run(async () =>
        {
            // Not asked of the store: what it has is what memory has, not yet expired.
            await FlightAsync(flight!, found, factory, policy, skipStore: true).ConfigureAwait(false);
            found.Entry!.EndRefresh();
        });
    }

    // The same for many keys, with one factory run.
    private void RefreshTogether<T>(List<Sought<T>> due, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, EntryPolicy policy)
    {
        var flights = new List<Flight<T>>(due.Count);
        var renewed = new List<CacheEntry>(due.Count);
        foreach (Sought<T> sought in due)
        {
            if (!TryStartRenewal(sought.Key, sought.Found, out Flight<T>? flight))
                continue;
            flights.Add(flight!);
            renewed.Add(sought.Found.Entry!);
        }

        if (flights.Count == 0)
            return;
        _ = Task.Run(async () =>
        {
            await FlyTogetherAsync(flights, factory, policy, skipStore: true).ConfigureAwait(false);
            foreach (CacheEntry entry in renewed)
                entry.EndRefresh();
        });
    }

    // A flight that nobody waits for, unless somebody computes the entry already.
    private bool TryStartRenewal<T>(in EntryKey key, in Found<T> found, out Flight<T>? flight)
    {
        flight = null;
        if (!found.Entry!.TryBeginRefresh())
            return false;

        Boarding<T> boarding = Board<T>(key, found.Entry, FlightKind.Compute, usesMemory: true);
        if (boarding.Flight is not { } begun || !boarding.Started)
        {
            if (boarding.Flight is { } taken)
                Abandon(taken, goOn: false);
            found.Entry.EndRefresh();
            return false;
        }

        lock (begun.Stripe.Gate)
        {
            begun.Detach();
            begun.Leave();
        }

        _telemetry.EagerRefreshStarted(key.Partition, key.Key);
        flight = begun;
        return true;
    }
}
