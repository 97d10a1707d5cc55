using System.Diagnostics;
using Larder.Entries;
using Larder.Partitions;

namespace Larder.Flights;

/// <summary>One running computation of a key's value, and everyone who waits for it.</summary>
/// <remarks>
/// <para>State machine: open → (voided) → closed. A flight that is voided (its key was written or removed meanwhile)
/// still answers those who already wait, takes no new ones, and publishes nothing. Its token is cancelled only when
/// nobody waits any more and it was not asked to go on in the background.</para>
/// <para>All state is guarded by the lock of the <see cref="FlightStripe"/> that the flight's key belongs to.</para>
/// </remarks>
internal abstract class Flight : IDisposable
{
    private readonly CancellationTokenSource _cancellation;
    private TaskCompletionSource? _voided;

    protected Flight(FlightStripe stripe, EntryKey key, long stamp, FlightKind kind, CancellationToken cacheDisposed)
    {
        Stripe = stripe;
        Key = key;
        Stamp = stamp;
        Kind = kind;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cacheDisposed);
        CancellationToken = _cancellation.Token;
    }

    public FlightStripe Stripe { get; }

    public EntryKey Key { get; }

    /// <summary>The epoch clock's time when the flight began: whatever it reads is at least this new.</summary>
    public long Stamp { get; }

    public FlightKind Kind { get; }

    /// <summary>Where it looks before it computes, if whoever started it asked for something special: others want what they would have found.</summary>
    public Tiers? ReadFrom { get; init; }

    /// <summary>Handed to the factory.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Whether the key was written or removed since the flight began.</summary>
    public bool Voided { get; private set; }

    public int Waiters { get; private set; }

    /// <summary>What may be served while the factory takes long, when the flight itself has found something stale in the store.</summary>
    public CacheEntry? Stale { get; set; }

    /// <summary>The span of whoever started the flight, for those who join it; <see langword="null"/> when nobody records it.</summary>
    public Activity? Trace { get; set; }

    private bool Detached { get; set; }

    private bool Closed { get; set; }

    public abstract Task Completion { get; }

    // The following are called under the stripe's lock.

    public bool TryJoin()
    {
        if (Voided || Closed)
            return false;
        Waiters++;
        return true;
    }

    public void Void()
    {
        Voided = true;
        _voided?.TrySetResult();
    }

    /// <summary>Completes when the flight is voided; never, when it is not.</summary>
    public Task WhenVoided()
    {
        if (Voided)
            return Task.CompletedTask;
        _voided ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _voided.Task;
    }

    /// <summary>Lets the flight go on although nobody may be waiting.</summary>
    public void Detach() => Detached = true;

    /// <summary>A waiter gives up. Once nobody waits, the flight leaves the table: an invalidation does not find it any more, so that it must never publish.</summary>
    /// <returns>Whether the factory has to be cancelled: nobody waits any more.</returns>
    public bool Leave()
    {
        Waiters--;
        if (Waiters > 0 || Detached || Closed)
            return false;
        Closed = true;
        Voided = true;
        return true;
    }

    /// <summary>Whether nobody waits for it any more, so that there is nothing to compute; asked before it lands.</summary>
    public bool IsGivenUp => Closed;

    public void Close() => Closed = true;

    // From here on: outside the lock.

    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The flight landed between the decision to cancel it and now: there is nothing left to cancel.
            Closed = true;
        }
    }

    public void Dispose() => _cancellation.Dispose();
}

/// <summary>What a flight does on a miss.</summary>
internal enum FlightKind
{
    /// <summary>It asks the store only.</summary>
    Read,

    /// <summary>It asks the store, then the factory.</summary>
    Compute,

    /// <summary>It only watches whether its key changes meanwhile. Nobody joins it: it brings no value.</summary>
    Guard,
}

/// <summary>A flight whose value's type is known.</summary>
internal sealed class Flight<T>(FlightStripe stripe, EntryKey key, long stamp, FlightKind kind, CancellationToken cacheDisposed)
    : Flight(stripe, key, stamp, kind, cacheDisposed)
{
    private readonly TaskCompletionSource<Landing<T>> _landing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Landing<T>> Landing => _landing.Task;

    public override Task Completion => _landing.Task;

    public void Land(Landing<T> landing) => _landing.TrySetResult(landing);
}
