using Larder.Diagnostics;
using Larder.Partitions;
using Larder.Serialization;
using Larder.Stores;
using Larder.Time;

namespace Larder.Resilience;

/// <summary>Tries one <see cref="PendingWrite"/> on the store, once.</summary>
internal sealed class StoreWrites(StoreGuard guard, StoreClock storeClock, PayloadCodec codec, Clock clock)
{
    /// <returns>What came of it, and when the call has really ended.</returns>
    public async ValueTask<(WriteResult Result, Task Settled)> TryAsync(string name, PendingWrite write)
    {
        try
        {
            return write switch
            {
                PendingSet set => await SetAsync(name, set).ConfigureAwait(false),
                PendingRemove => await RemoveAsync(name).ConfigureAwait(false),
                PendingClear clear => await ClearAsync(clear).ConfigureAwait(false),
                _ => throw new InvalidOperationException($"There is no way to write a {write.GetType().Name}."),
            };
        }
        catch (Exception error)
        {
            return (new WriteResult(error), Task.CompletedTask);
        }
    }

    private async ValueTask<(WriteResult Result, Task Settled)> SetAsync(string name, PendingSet set)
    {
        TimeSpan? timeToLive = clock.Until(set.ExpiresAt);
        bool cleared = IsCleared(set);
        if (set.Lease is not null)
        {
            if (cleared)
                return await ForgoAsync(name, set.Lease).ConfigureAwait(false);
            if (timeToLive <= TimeSpan.Zero)
                timeToLive = TimeSpan.FromMilliseconds(1); // What it replaces must not outlive it.
        }
        else if (cleared || timeToLive <= TimeSpan.Zero)
        {
            return await RemoveAsync(name).ConfigureAwait(false);
        }

        byte[] envelope = Restamped(name, set);
        StoreReply<bool> reply = await guard.AskAsync(
            StoreOperation.Set,
            (name, envelope, timeToLive, set.Lease),
            static async (store, write, cancellationToken) =>
            {
                if (write.Lease is not null)
                    return await ((ILeasingStore)store).SetWithLeaseAsync(write.name, write.Lease, write.envelope, write.timeToLive, cancellationToken).ConfigureAwait(false);
                await store.SetAsync(write.name, write.envelope, write.timeToLive, cancellationToken).ConfigureAwait(false);
                return true;
            },
            guard.Options.WriteTimeout,
            CancellationToken.None).ConfigureAwait(false);
        return (new WriteResult(reply.Error, Refused: reply.Succeeded && !reply.Value), reply.Settled);
    }

    /// <summary>Removes many entries in one call.</summary>
    public async ValueTask<(WriteResult Result, Task Settled)> TryRemoveAsync(IReadOnlyList<string> names)
    {
        try
        {
            StoreReply<long> reply = await guard.AskAsync(
                StoreOperation.RemoveMany,
                names,
                static (store, names, cancellationToken) => store.RemoveManyAsync(names, cancellationToken),
                guard.Options.WriteTimeout,
                CancellationToken.None).ConfigureAwait(false);
            return (new WriteResult(reply.Error), reply.Settled);
        }
        catch (Exception error)
        {
            return (new WriteResult(error), Task.CompletedTask);
        }
    }

    private async ValueTask<(WriteResult Result, Task Settled)> RemoveAsync(string name)
    {
        StoreReply<bool> reply = await guard.AskAsync(
            StoreOperation.Remove,
            name,
            static (store, name, cancellationToken) => store.RemoveAsync(name, cancellationToken),
            guard.Options.WriteTimeout,
            CancellationToken.None).ConfigureAwait(false);
        return (new WriteResult(reply.Error, Existed: reply.Value), reply.Settled);
    }

    // Only what is written without a lease may remove without asking: by now another may hold the lease. What the value
    // would have replaced is older, and as cleared as the value is.
    private async ValueTask<(WriteResult Result, Task Settled)> ForgoAsync(string name, string lease)
    {
        StoreReply<bool> reply = await guard.AskAsync(
            StoreOperation.ReleaseLease,
            (name, lease),
            static async (store, held, cancellationToken) =>
            {
                await ((ILeasingStore)store).ReleaseLeaseAsync(held.name, held.lease, cancellationToken).ConfigureAwait(false);
                return true;
            },
            guard.Options.WriteTimeout,
            CancellationToken.None).ConfigureAwait(false);
        return (new WriteResult(reply.Error, Refused: true), reply.Settled);
    }

    private async ValueTask<(WriteResult Result, Task Settled)> ClearAsync(PendingClear clear)
    {
        StoreReply<long> reply = await guard.AskAsync(
            StoreOperation.BumpEpoch,
            (storeClock.Epochs, clear.Cell.Name),
            static (_, request, cancellationToken) => request.Epochs.BumpEpochAsync(request.Name, cancellationToken),
            guard.Options.WriteTimeout,
            CancellationToken.None).ConfigureAwait(false);
        if (reply.Succeeded)
            storeClock.LearnOwn(clear.Cell, reply.Value, clear.Sequence);
        return (new WriteResult(reply.Error), reply.Settled);
    }

    // Whether this process has cleared, since its data was read, what the value lies under. A stamp could not say so:
    // clears reach the store in another order than they were made in when some of them have to be repeated.
    private bool IsCleared(PendingSet set) =>
        codec.TryReadHeader(set.Envelope, out EnvelopeHeader header) == DecodeOutcome.Ok
        && !set.IsValid(header.Tags is { Count: > 0 } tags ? [.. tags] : null);

    // A value whose data was read after a clear of this process, but that was stamped before that clear had reached the
    // store, belongs after it.
    private byte[] Restamped(string name, PendingSet set)
    {
        if (codec.TryReadHeader(set.Envelope, out EnvelopeHeader header) != DecodeOutcome.Ok)
            return set.Envelope;

        long latest = header.Epoch;
        foreach (EpochCell cell in set.Partition.Cells)
            latest = Math.Max(latest, EpochBefore(set, cell));
        foreach (string tag in header.Tags ?? [])
            latest = Math.Max(latest, EpochBefore(set, set.Partition.FindTag(tag)));

        return latest > header.Epoch && codec.TryRewrite(name, set.Envelope, header with { Epoch = latest }, out byte[] restamped) == DecodeOutcome.Ok
            ? restamped
            : set.Envelope;
    }

    // The store's epoch of this process's last clear of the cell, when the value belongs after it: it came later in
    // line, and its data was read later.
    private static long EpochBefore(PendingSet set, EpochCell? cell) =>
        cell?.OwnClear is { } clear && clear.Sequence < set.Sequence && set.Stamp >= cell.ClearedAt ? clear.Epoch : 0;
}
