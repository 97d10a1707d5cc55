namespace Larder.Stores;

/// <summary>
/// The capability to let one process of all compute a missing entry.
/// </summary>
/// <remarks>
/// <para>A lease is held under a random token until it is released, runs out, or is voided: any write or removal of the
/// key, by anybody, voids it, also the removal of a key that has no entry. Reads and changes of the TTL do not. Only the
/// holder of a lease that still stands can write through it.</para>
/// <para>A lease is no entry: no read finds it and no scan lists it. There can be a lease on a key that has an entry.</para>
/// </remarks>
public interface ILeasingStore
{
    /// <summary>Asks for the lease on a key.</summary>
    /// <param name="key">The key to be computed.</param>
    /// <param name="duration">How long the lease stands at most. Positive.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The lease's token, which nobody can guess; <see langword="null"/> when somebody holds the lease, be it the same process.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is zero or negative.</exception>
    ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Writes the entry if the lease still stands, and ends the lease, atomically.</summary>
    /// <param name="key">The key.</param>
    /// <param name="lease">The lease's token; any other text writes nothing.</param>
    /// <param name="value">The bytes; may be empty.</param>
    /// <param name="timeToLive">A positive span, or <see langword="null"/> for no expiry.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether the entry was written.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative.</exception>
    ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>Gives a lease back without writing; one that no longer stands is ignored.</summary>
    /// <param name="key">The key.</param>
    /// <param name="lease">The lease's token.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken);

    /// <summary>Completes when the lease on a key, whoever holds it, ends or is voided; at once when there is none. May complete early, never long after.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait and leaves the lease.</param>
    ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken);
}
