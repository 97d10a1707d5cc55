using Larder.Entries;
using Larder.Flights;
using Larder.Partitions;

namespace Larder;

/// <content>How long a caller waits for a flight, and what becomes of the flight when it stops waiting.</content>
internal sealed partial class CacheCore
{
    // Waits for the flight as long as this caller may: up to the soft timeout, and, when there is nothing stale to
    // serve then, up to the hard one; less what it has waited already, for another of many keys.
    private async ValueTask<Landing<T>> LandingAsync<T>(Flight<T> flight, Found<T> found, EntryPolicy policy, CancellationToken cancellationToken, TimeSpan waited = default)
    {
        Task<Landing<T>> landing = flight.Landing;
        TimeSpan soft = policy.SoftTimeout;
        TimeSpan hard = policy.HardTimeout;
        if (landing.IsCompleted || (soft == Timeout.InfiniteTimeSpan && hard == Timeout.InfiniteTimeSpan && !cancellationToken.CanBeCanceled))
            return await landing.ConfigureAwait(false);

        try
        {
            if (soft != Timeout.InfiniteTimeSpan && (hard == Timeout.InfiniteTimeSpan || soft < hard))
            {
                if (await LandsWithinAsync(landing, Left(soft, waited), cancellationToken).ConfigureAwait(false))
                    return await landing.ConfigureAwait(false);
                if (TryServeSlow(flight, found, policy, soft, out Landing<T> stale))
                    return stale;
                waited = waited > soft ? waited : soft;
            }

            if (await LandsWithinAsync(landing, Left(hard, waited), cancellationToken).ConfigureAwait(false))
                return await landing.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Abandon(flight, goOn: false);
            throw;
        }

        if (TryServeSlow(flight, found, policy, policy.HardTimeout, out Landing<T> slow))
            return slow;
        _telemetry.HardTimeout(flight.Key.Partition, flight.Key.Key, policy.HardTimeout);
        Abandon(flight, goOn: policy.CompleteInBackground);
        throw new TimeoutException($"The factory of '{flight.Key.Key}' took longer than {policy.HardTimeout.TotalMilliseconds:0} ms, and there is nothing stale to serve.");
    }

    private static TimeSpan Left(TimeSpan limit, TimeSpan waited) =>
        limit == Timeout.InfiniteTimeSpan ? limit : limit > waited ? limit - waited : TimeSpan.Zero;

    private async ValueTask<bool> LandsWithinAsync(Task landing, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await landing.WaitAsync(limit, Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false; // A landing itself never throws: what went wrong is in it.
        }
    }

    // What can be served while the factory takes too long: what was stale when the caller asked, or what the store
    // had; as long as it still counts, and was not removed meanwhile. A voided flight is the sign of that.
    private bool TryServeSlow<T>(Flight<T> flight, in Found<T> found, EntryPolicy policy, TimeSpan limit, out Landing<T> landing)
    {
        landing = default;
        lock (flight.Stripe.Gate)
        {
            CacheEntry? stale = found.IsStale ? found.Entry : flight.Stale;
            if (stale is null || flight.Voided || !IsValid(flight.Key, stale) || _clock.Exact >= stale.ExpiresAt || !stale.TryGetValue(out T value))
                return false;
            landing = new Landing<T>(Outcome.Slow, value, stale, null);
        }

        _telemetry.SoftTimeout(flight.Key.Partition, flight.Key.Key, limit);
        Abandon(flight, goOn: policy.CompleteInBackground);
        return true;
    }

    private static void Abandon<T>(Flight<T> flight, bool goOn)
    {
        bool cancel;
        lock (flight.Stripe.Gate)
        {
            if (goOn)
                flight.Detach();
            cancel = flight.Leave();
            if (cancel)
            {
                // A factory that pays no heed to its token goes on, and from here on nothing can tell it of a change.
                flight.Stripe.Unregister(flight);
                flight.Void();
            }
        }

        if (cancel)
            flight.Cancel();
    }

    private static async ValueTask WaitForOtherAsync(Flight other, CancellationToken cancellationToken)
    {
        using IDisposable? edge = FlightScope.Wait(other);
        await other.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static IDisposable? WaitsFor<T>(Flight<T> flight)
    {
        try
        {
            return FlightScope.Wait(flight);
        }
        catch (ReentrantFactoryException)
        {
            Abandon(flight, goOn: false);
            throw;
        }
    }
}
