using Larder.Diagnostics;
using Larder.Resilience;
using Larder.Stores;

namespace Larder.Coherence;

/// <summary>Takes and returns leases. A store that does not answer costs its timeout, and then everybody computes for themselves.</summary>
internal sealed class Leases(StoreGuard guard, TimeProvider time)
{
    /// <summary>Asks for a key's lease. Not to be cancelled: a lease that was granted to nobody would keep everybody waiting.</summary>
    /// <returns>The lease; nothing when somebody else holds it, or when the store failed.</returns>
    public async ValueTask<(string? Lease, bool Failed)> TryAcquireAsync(string storedKey)
    {
        StoreReply<string?> reply = await guard.AskAsync(
            StoreOperation.AcquireLease,
            (storedKey, guard.Options.LeaseDuration),
            static (store, request, cancellationToken) => ((ILeasingStore)store).TryAcquireLeaseAsync(request.storedKey, request.LeaseDuration, cancellationToken),
            guard.Options.ReadTimeout,
            CancellationToken.None).ConfigureAwait(false);
        return (reply.Value, !reply.Succeeded);
    }

    /// <summary>Waits until a lease that somebody else holds has ended, for as long as one can last.</summary>
    /// <returns>Whether it has; otherwise the store failed.</returns>
    public async ValueTask<bool> WaitAsync(string storedKey, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(guard.Options.LeaseDuration + guard.Options.ReadTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            // Not through the guard: waiting long is what this call is for, and is no failure of the store.
            await ((ILeasingStore)guard.Store).WaitForLeaseAsync(storedKey, linked.Token).AsTask().WaitAsync(linked.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return true; // Whoever held it has had its time.
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false; // The caller goes on without the lease; the next call through the guard counts the failure.
        }
    }

    /// <summary>Gives a lease back.</summary>
    public async ValueTask ReleaseAsync(string storedKey, string lease) =>
        await guard.AskAsync(
            StoreOperation.ReleaseLease,
            (storedKey, lease),
            static async (store, request, cancellationToken) =>
            {
                await ((ILeasingStore)store).ReleaseLeaseAsync(request.storedKey, request.lease, cancellationToken).ConfigureAwait(false);
                return true;
            },
            guard.Options.WriteTimeout,
            CancellationToken.None).ConfigureAwait(false);
}
