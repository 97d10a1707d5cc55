using Larder.Diagnostics;
using Larder.Partitions;
using Larder.Stores;
using Larder.Time;

namespace Larder.Resilience;

/// <summary>What this process knows of the store's epochs.</summary>
internal sealed class StoreClock(StoreGuard guard, IEpochStore epochs, EpochClock local, Clock clock)
{
    // How old the known counter may be when a value is stamped with it. An older stamp is never wrong, only
    // wasteful: others take the value for one from before their clear.
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private long _counter;
    private long _askedAt = long.MinValue;

    public IEpochStore Epochs { get; } = epochs;

    /// <summary>The store's counter as last seen: at most the real one.</summary>
    public long Counter => Volatile.Read(ref _counter);

    /// <summary>Reads the epochs of cells.</summary>
    /// <returns>The epochs in the order of the cells; <see langword="null"/> when the store gave none.</returns>
    public async ValueTask<StoreEpochs?> ReadAsync(IReadOnlyList<EpochCell> cells, CancellationToken cancellationToken)
    {
        string[] names = new string[cells.Count];
        for (int i = 0; i < names.Length; i++)
            names[i] = cells[i].Name;

        StoreReply<StoreEpochs> reply = await guard.AskAsync(
            StoreOperation.GetEpochs,
            (Epochs, names),
            static (_, request, cancellationToken) => request.Epochs.GetEpochsAsync(request.names, cancellationToken),
            guard.Options.ReadTimeout,
            cancellationToken).ConfigureAwait(false);
        if (!reply.Succeeded)
            return null;

        Raise(reply.Value.Counter);
        for (int i = 0; i < names.Length; i++)
            local.Learn(cells[i], reply.Value.Epochs[i]);
        return reply.Value;
    }

    /// <summary>A stamp for a value that is being written now.</summary>
    public async ValueTask<long> StampAsync(Partition partition, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _askedAt) + (long)Freshness.TotalMilliseconds < clock.Exact)
            await ReadAsync(partition.Cells.ToArray(), cancellationToken).ConfigureAwait(false);
        return Counter;
    }

    /// <summary>Takes note of a clear that this process carried into the store.</summary>
    public void LearnOwn(EpochCell cell, long epoch, long sequence)
    {
        Raise(epoch);
        local.LearnOwn(cell, epoch, sequence);
    }

    private void Raise(long counter)
    {
        long known;
        while ((known = Counter) < counter && Interlocked.CompareExchange(ref _counter, counter, known) != known)
        {
            // Somebody else raised it meanwhile; look again.
        }

        Volatile.Write(ref _askedAt, clock.Exact);
    }
}
