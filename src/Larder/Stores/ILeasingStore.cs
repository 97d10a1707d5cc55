namespace Larder.Stores;

/// <summary>
/// The capability to let one process of all compute a missing entry.
/// </summary>
/// <remarks>
/// A lease is held under a random token until it is released, runs out, or is voided: any write or removal of the
/// key, by anybody, voids it. Only the holder of a lease that still stands can write through it.
/// </remarks>
public interface ILeasingStore
{
    /// <summary>Asks for the lease on a key.</summary>
    /// <param name="key">The key to be computed.</param>
    /// <param name="duration">How long the lease stands at most. Positive.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The lease's token, or <see langword="null"/> when somebody else holds it.</returns>
    ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Writes the entry if the lease still stands, and ends the lease, atomically.</summary>
    /// <returns>Whether the entry was written.</returns>
    ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>Gives a lease back without writing; one that no longer stands is ignored.</summary>
    ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken);

    /// <summary>Completes when the lease on a key, whoever holds it, ends or is voided; at once when there is none.</summary>
    ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken);
}
