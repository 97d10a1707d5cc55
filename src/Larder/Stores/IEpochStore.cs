namespace Larder.Stores;

/// <summary>
/// The capability to keep epochs atomically: a counter of the whole store, and under each name the counter's
/// value when that name was last cleared.
/// </summary>
/// <remarks>
/// <para>An entry carries the counter's value from before its value was computed. It is valid under a name when that
/// value is at least the name's epoch: clearing a name is one atomic step, whatever lives under it.</para>
/// <para>Epochs never expire and are never evicted. Names are compared ordinally like keys, but are not keys: an epoch
/// and an entry of one name are strangers, and no scan lists an epoch. A store that loses its epochs has to lose its
/// entries with them, or what was cleared comes back.</para>
/// </remarks>
public interface IEpochStore
{
    /// <summary>Reads the counter and the epochs of <paramref name="names"/>, all of one instant, in one round trip.</summary>
    /// <param name="names">The names; may be none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The counter, and one epoch for each name in the order asked: 0 for a name never cleared.</returns>
    ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken);

    /// <summary>Adds one to the counter and makes the result the epoch of <paramref name="name"/>, atomically.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The new epoch.</returns>
    ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken);
}

/// <summary>Epochs as read from a store at one instant.</summary>
/// <param name="Counter">The store's counter; never less than any epoch.</param>
/// <param name="Epochs">The epoch of each name asked for, in the order asked.</param>
public readonly record struct StoreEpochs(long Counter, long[] Epochs);
