namespace Larder.Stores;

/// <summary>
/// The capability to keep epochs atomically: a counter of the whole store, and under each name the counter's
/// value when that name was last cleared.
/// </summary>
/// <remarks>
/// An entry carries the counter's value from before its value was computed. It is valid under a name when that
/// value is at least the name's epoch: clearing a name is one atomic step, whatever lives under it. Epochs never
/// expire and are never evicted.
/// </remarks>
public interface IEpochStore
{
    /// <summary>Reads the counter and the epochs of <paramref name="names"/> (0 for a name never cleared), in one round trip.</summary>
    ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken);

    /// <summary>Adds one to the counter and makes the result the epoch of <paramref name="name"/>, atomically.</summary>
    /// <returns>The new epoch.</returns>
    ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken);
}

/// <summary>Epochs as read from a store at one instant.</summary>
/// <param name="Counter">The store's counter.</param>
/// <param name="Epochs">The epoch of each name asked for, in the order asked.</param>
public readonly record struct StoreEpochs(long Counter, long[] Epochs);
