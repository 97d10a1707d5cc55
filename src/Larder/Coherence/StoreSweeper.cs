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
/// Correctness does not depend on it: a cleared entry is a miss whether it is still there or not. What somebody computes
/// anew under a lease is left alone: to remove the old entry would void the lease. And nothing newer is removed in the
/// place of what was cleared: nobody would tell this process's memory, which may hold it, and from then on no change of
/// it either. So the removal is a write under a lease (of the same bytes, which expire at once), which the store refuses
/// when the entry was written in between. Where the store grants no leases, what is written in between is lost.
/// Several clears within the interval cost one walk; a walk that fails is tried again an interval later.
/// </remarks>
internal sealed class StoreSweeper(StoreGuard guard, StoreClock storeClock, PayloadCodec codec, Clock clock, string cachePrefix) : IAsyncDisposable
{
    private const int Batch = 100;

    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(1);

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
            await foreach (string storedKey in guard.ScanAsync(StoredKey.CachePrefix(cachePrefix), cancellationToken).ConfigureAwait(false))
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
        ReadOnlyMemory<byte>?[] cleared = await ReadClearedAsync(keys, epochs, cancellationToken).ConfigureAwait(false);
        keys = [.. keys.Where((_, i) => cleared[i] is not null)];
        if (keys.Length == 0)
            return;
        if (guard.Store is ILeasingStore)
            await RemoveUnderLeaseAsync(keys, epochs, cancellationToken).ConfigureAwait(false);
        else
            await RemoveAsync(keys, cancellationToken).ConfigureAwait(false);
    }

    // The bytes of those that a clear has made invalid.
    private async ValueTask<ReadOnlyMemory<byte>?[]> ReadClearedAsync(string[] keys, Dictionary<string, long> epochs, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>?[] values = Answered(await guard.AskAsync(
            StoreOperation.GetMany,
            keys,
            static (store, keys, cancellationToken) => store.GetManyAsync(keys, cancellationToken),
            guard.Options.ReadTimeout,
            cancellationToken).ConfigureAwait(false));
        var entries = new (long Epoch, string[] Names)?[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            if (values[i] is { } bytes && codec.TryReadHeader(bytes, out EnvelopeHeader header) == DecodeOutcome.Ok)
                entries[i] = (header.Epoch, EpochName.Over(keys[i], header.Tags));
        }

        await LearnAsync(entries.SelectMany(static entry => entry?.Names ?? []).Distinct(StringComparer.Ordinal).Where(name => !epochs.ContainsKey(name)), epochs, cancellationToken).ConfigureAwait(false);
        return [.. values.Select((value, i) => entries[i] is { } entry && Array.Exists(entry.Names, name => entry.Epoch < epochs[name]) ? value : null)];
    }

    private async ValueTask RemoveAsync(string[] keys, CancellationToken cancellationToken) =>
        Answered(await guard.AskAsync(
            StoreOperation.RemoveMany,
            keys,
            static (store, keys, cancellationToken) => store.RemoveManyAsync(keys, cancellationToken),
            guard.Options.WriteTimeout,
            cancellationToken).ConfigureAwait(false));

    // Looked at again under the lease: only an explicit write can come from here on, and that ends the lease. What has a
    // lease already is left out.
    private async ValueTask RemoveUnderLeaseAsync(string[] keys, Dictionary<string, long> epochs, CancellationToken cancellationToken)
    {
        string?[] leases = await AcquireAsync(keys, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte>?[] cleared = await ReadClearedAsync(keys, epochs, cancellationToken).ConfigureAwait(false);
        StoreReply<bool>[] replies = await Task.WhenAll(Enumerable.Range(0, keys.Length)
            .Where(i => leases[i] is not null)
            .Select(i => guard.AskAsync(
                StoreOperation.Set,
                (Key: keys[i], Lease: leases[i]!, Bytes: cleared[i]),
                static async (store, held, cancellationToken) =>
                {
                    var leasing = (ILeasingStore)store;
                    if (held.Bytes is { } bytes)
                        return await leasing.SetWithLeaseAsync(held.Key, held.Lease, bytes, AtOnce, cancellationToken).ConfigureAwait(false);
                    await leasing.ReleaseLeaseAsync(held.Key, held.Lease, cancellationToken).ConfigureAwait(false);
                    return false;
                },
                guard.Options.WriteTimeout,
                cancellationToken).AsTask())).ConfigureAwait(false);
        foreach (StoreReply<bool> reply in replies)
            Answered(reply);
    }

    // Each for as long as its removal may last, which ends it.
    private async ValueTask<string?[]> AcquireAsync(string[] keys, CancellationToken cancellationToken)
    {
        TimeSpan duration = guard.Options.WriteTimeout == Timeout.InfiniteTimeSpan || guard.Options.ReadTimeout == Timeout.InfiniteTimeSpan
            ? guard.Options.LeaseDuration
            : guard.Options.ReadTimeout + guard.Options.WriteTimeout;
        StoreReply<string?>[] leases = await Task.WhenAll(keys.Select(key => guard.AskAsync(
            StoreOperation.AcquireLease,
            (key, duration),
            static (store, request, cancellationToken) => ((ILeasingStore)store).TryAcquireLeaseAsync(request.key, request.duration, cancellationToken),
            guard.Options.ReadTimeout,
            cancellationToken).AsTask())).ConfigureAwait(false);
        return Array.ConvertAll(leases, static lease => Answered(lease));
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
