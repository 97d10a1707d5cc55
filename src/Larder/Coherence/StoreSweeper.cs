using Larder.Diagnostics;
using Larder.Keys;
using Larder.Resilience;
using Larder.Serialization;
using Larder.Stores;
using Larder.Time;

namespace Larder.Coherence;

/// <summary>
/// Reclaims the space of entries that a clear has made invalid: some time after this process cleared something, it
/// walks the store in small steps and removes what is older than its epochs.
/// </summary>
/// <remarks>
/// Correctness does not depend on it: a cleared entry is a miss whether it is still there or not. An entry that is
/// written between being read and being removed here is lost as well, which costs one computation and breaks nothing.
/// What somebody computes anew under a lease is left alone: to remove the old entry would void the lease.
/// Several clears within the interval cost one walk; a walk that fails is tried again an interval later.
/// </remarks>
internal sealed class StoreSweeper(StoreGuard guard, StoreClock storeClock, PayloadCodec codec, Clock clock, string cachePrefix) : IAsyncDisposable
{
    private const int Batch = 100;

    private readonly CancellationTokenSource _disposed = new();
    private long _dueAt = Clock.Never;
    private Task _walk = Task.CompletedTask;

    /// <summary>Something was cleared.</summary>
    public void Request()
    {
        if (guard.Options.SweepInterval != Timeout.InfiniteTimeSpan)
            Interlocked.CompareExchange(ref _dueAt, clock.After(guard.Options.SweepInterval), Clock.Never);
    }

    /// <summary>Starts a walk if one is due. Called from one timer, which does not overlap itself.</summary>
    public void Tick()
    {
        if (clock.Exact < Volatile.Read(ref _dueAt) || !_walk.IsCompleted)
            return;
        Volatile.Write(ref _dueAt, Clock.Never);
        _walk = WalkAsync(_disposed.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        await _walk.WaitAsync(guard.Options.WriteTimeout, clock.Provider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _disposed.Dispose();
    }

    private async Task WalkAsync(CancellationToken cancellationToken)
    {
        try
        {
            var epochs = new Dictionary<string, long>(StringComparer.Ordinal);
            var batch = new List<string>(Batch);
            await foreach (string storedKey in guard.Store.ScanAsync(StoredKey.CachePrefix(cachePrefix), cancellationToken).ConfigureAwait(false))
            {
                if (!StoredKey.TrySplit(storedKey, out _, out _))
                    continue;
                batch.Add(storedKey);
                if (batch.Count == Batch)
                    await ReclaimAsync(batch, epochs, cancellationToken).ConfigureAwait(false);
            }

            await ReclaimAsync(batch, epochs, cancellationToken).ConfigureAwait(false);
        }
        catch (NotSupportedException)
        {
            return; // The store cannot list its keys: what is cleared there goes when its TTL ends.
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            Request(); // The store is away; what it holds can wait.
        }
        catch (OperationCanceledException)
        {
            return; // The cache is being disposed.
        }
    }

    private async ValueTask ReclaimAsync(List<string> batch, Dictionary<string, long> epochs, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return;
        string[] keys = [.. batch];
        batch.Clear();
        ReadOnlyMemory<byte>?[] values = Answered(await guard.AskAsync(
            StoreOperation.GetMany,
            keys,
            static (store, keys, cancellationToken) => store.GetManyAsync(keys, cancellationToken),
            guard.Options.ReadTimeout,
            cancellationToken).ConfigureAwait(false));

        var names = new List<(string Key, long Epoch, string[] Names)>();
        for (int i = 0; i < keys.Length; i++)
        {
            if (values[i] is { } bytes && codec.TryReadHeader(bytes, out EnvelopeHeader header) == DecodeOutcome.Ok)
                names.Add((keys[i], header.Epoch, EpochName.Over(keys[i], header.Tags)));
        }

        await LearnAsync(names.SelectMany(static entry => entry.Names).Distinct(StringComparer.Ordinal).Where(name => !epochs.ContainsKey(name)), epochs, cancellationToken).ConfigureAwait(false);
        string[] cleared = await WithoutLeasedAsync([.. names.Where(entry => entry.Names.Any(name => entry.Epoch < epochs[name])).Select(static entry => entry.Key)], cancellationToken).ConfigureAwait(false);
        if (cleared.Length == 0)
            return;
        Answered(await guard.AskAsync(
            StoreOperation.RemoveMany,
            cleared,
            static (store, keys, cancellationToken) => store.RemoveManyAsync(keys, cancellationToken),
            guard.Options.WriteTimeout,
            cancellationToken).ConfigureAwait(false));
    }

    // Takes the lease of each for as long as the removal may last, which ends it. What has a lease already is left out.
    private async ValueTask<string[]> WithoutLeasedAsync(string[] keys, CancellationToken cancellationToken)
    {
        if (guard.Store is not ILeasingStore || keys.Length == 0)
            return keys;
        TimeSpan duration = guard.Options.WriteTimeout == Timeout.InfiniteTimeSpan ? guard.Options.LeaseDuration : guard.Options.WriteTimeout;
        StoreReply<string?>[] leases = await Task.WhenAll(keys.Select(key => guard.AskAsync(
            StoreOperation.AcquireLease,
            (key, duration),
            static (store, request, cancellationToken) => ((ILeasingStore)store).TryAcquireLeaseAsync(request.key, request.duration, cancellationToken),
            guard.Options.ReadTimeout,
            cancellationToken).AsTask())).ConfigureAwait(false);
        return [.. keys.Where((_, i) => Answered(leases[i]) is not null)];
    }

    private async ValueTask LearnAsync(IEnumerable<string> unknown, Dictionary<string, long> epochs, CancellationToken cancellationToken)
    {
        string[] names = [.. unknown];
        if (names.Length == 0)
            return;
        StoreEpochs answer = Answered(await guard.AskAsync(
            StoreOperation.GetEpochs,
            (storeClock.Epochs, names),
            static (_, request, cancellationToken) => request.Epochs.GetEpochsAsync(request.names, cancellationToken),
            guard.Options.ReadTimeout,
            cancellationToken).ConfigureAwait(false));
        for (int i = 0; i < names.Length; i++)
            epochs[names[i]] = answer.Epochs[i];
    }

    private static T Answered<T>(in StoreReply<T> reply) => reply.Error is null ? reply.Value : throw reply.Error;
}
