using Larder.Diagnostics;
using Larder.Entries;
using Larder.Flights;
using Larder.Partitions;

namespace Larder;

/// <content>Cache-aside: join the key's flight, or start it.</content>
internal sealed partial class CacheCore
{
    /// <summary>Everything of a get-or-set that a plain hit does not need.</summary>
    public ValueTask<T> GetOrSetAsync<T>(EntryKey key, Factory<T> factory, EntryPolicy policy, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellationToken);

        Found<T> found = policy.ReadsMemory ? LookUp<T>(key, policy) : default;
        return TryServe(key, found, factory, policy, out T value)
            ? new ValueTask<T>(value)
            : FlyAsync(key, found, factory, policy, cancellationToken);
    }

    // Answers from memory alone where that is right: fresh, or stale while the factory is not to be tried yet.
    private bool TryServe<T>(in EntryKey key, in Found<T> found, Factory<T> factory, EntryPolicy policy, out T value)
    {
        value = default!;
        if (found.IsFresh)
        {
            _telemetry.Hit(key.Partition, key.Key, Tiers.Memory, LeftOf(found.Entry!));
            if (found.RefreshDue)
                RefreshEagerly(key, found, factory, policy);
        }
        else if (IsThrottled(found))
        {
            _telemetry.StaleHit(key.Partition, key.Key, StaleReason.Throttled);
        }
        else
        {
            return false;
        }

        value = Handed(found.Value, found.Entry, policy);
        return true;
    }

    private async ValueTask<T> FlyAsync<T>(EntryKey key, Found<T> found, Factory<T> factory, EntryPolicy policy, CancellationToken cancellationToken)
    {
        GetOrSetSpan span = _telemetry.StartGetOrSet();
        while (true)
        {
            long asked = _epochs.Now;
            Boarding<T> boarding = Board<T>(key, found.Entry, FlightKind.Compute, policy.ReadsMemory, policy.ReadFrom);
            if (boarding.Flight is not { } flight)
            {
                if (boarding.Other is { } other)
                    await WaitForOtherAsync(other, cancellationToken).ConfigureAwait(false);
                found = policy.ReadsMemory ? LookUp<T>(key, policy) : default;
                if (TryServe(key, found, factory, policy, out T served))
                {
                    span.EndHit(Tiers.Memory);
                    return served;
                }

                continue;
            }

            using IDisposable? edge = WaitsFor(flight);
            if (boarding.Started)
            {
                span.Leads();
                flight.Trace = span.Activity;
                _ = FlightAsync(flight, found, factory.For(policy, cancellationToken), policy);
            }
            else
            {
                JoinedFlight(key, span, flight);
            }

            Landing<T> landing;
            try
            {
                landing = await LandingAsync(flight, found, policy, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                _telemetry.Miss(key.Partition, key.Key);
                span.EndFailed(error);
                throw;
            }

            // Whoever joined after a clear must not get what was computed from before it.
            if (asked > flight.Stamp && landing.Entry is { } entry && !key.Partition.IsValid(flight.Stamp, entry.Tags))
            {
                found = default;
                continue;
            }

            // Others computed many keys together, and this was not among them.
            if (landing.Outcome == Outcome.Absent && !boarding.Started)
                continue;
            return Answer(key, landing, policy, span);
        }
    }

    private T Answer<T>(in EntryKey key, in Landing<T> landing, EntryPolicy policy, in GetOrSetSpan span)
    {
        switch (landing.Outcome)
        {
            case Outcome.Stored:
                StoredHit(key, landing.Entry!);
                span.EndHit(Tiers.Store);
                break;
            case Outcome.Stale:
                _telemetry.StaleHit(key.Partition, key.Key, StaleReason.FactoryFailed);
                span.EndStale();
                break;
            case Outcome.Slow:
                _telemetry.StaleHit(key.Partition, key.Key, StaleReason.FactorySlow);
                span.EndStale();
                break;
            case Outcome.Failed:
                _telemetry.Miss(key.Partition, key.Key);
                span.EndFailed(landing.Error!);
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(landing.Error!);
                break;
            default:
                _telemetry.Miss(key.Partition, key.Key);
                span.EndMiss();
                break;
        }

        return Handed(landing.Value, landing.Entry, policy);
    }

    // Takes a seat in the key's flight, or registers a new one.
    private Boarding<T> Board<T>(in EntryKey key, CacheEntry? seen, FlightKind kind, bool usesMemory, Tiers? readFrom = null)
    {
        FlightStripe stripe = _flights.For(key);
        lock (stripe.Gate)
        {
            Flight? current = stripe.Find(key);
            if (current is not null && !key.Partition.IsValid(current.Stamp, tags: null))
            {
                stripe.Void(key);
                current = null;
            }

            if (current is not null)
            {
                return current is Flight<T> same && same.Kind == kind && same.ReadFrom == readFrom && kind != FlightKind.Guard && same.TryJoin()
                    ? new Boarding<T>(same, null, Started: false)
                    : new Boarding<T>(null, current, Started: false);
            }

            // Since memory was asked, a flight may have landed, or what was seen may have been removed.
            if (usesMemory && !ReferenceEquals(_memory.TryPeek(key, out CacheEntry? entry) ? entry : null, seen))
                return default;

            var flight = new Flight<T>(stripe, key, _epochs.Now, kind, _disposed.Token) { ReadFrom = readFrom };
            flight.TryJoin();
            stripe.Register(flight);
            return new Boarding<T>(flight, null, Started: true);
        }
    }

    private void JoinedFlight(in EntryKey key, in GetOrSetSpan span, Flight flight)
    {
        _telemetry.FlightJoined(key.Partition, key.Key);
        span.Joined(flight.Trace);
    }

    // Its factory has failed a moment ago, and is left in peace.
    private bool IsThrottled<T>(in Found<T> found) => found.IsStale && _clock.Exact < found.Entry!.ThrottledUntil;

    private static bool IsValid(in EntryKey key, CacheEntry entry) => key.Partition.IsValid(entry.ValidAt, entry.Tags);
}

/// <summary>What came of asking for a seat in a key's flight.</summary>
/// <param name="Flight">The flight that the caller is on; <see langword="null"/> when it is on none and has to look again.</param>
/// <param name="Other">A flight of the key that the caller cannot join and should wait for.</param>
/// <param name="Started">Whether the caller has to start the flight.</param>
internal readonly record struct Boarding<T>(Flight<T>? Flight, Flight? Other, bool Started);
