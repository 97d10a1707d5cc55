using Larder.Diagnostics;
using Larder.Entries;
using Larder.Partitions;
using Larder.Resilience;
using Larder.Serialization;
using Larder.Stores;
using Larder.Time;

namespace Larder.Coherence;

/// <summary>Reads entries from the store and believes only what is intact, unexpired, not cleared, and not about to be changed by this process.</summary>
internal sealed class StoreReader(StoreGuard guard, StoreWriter writer, StoreClock storeClock, PayloadCodec codec, Clock clock, CacheTelemetry telemetry)
{
    /// <summary>Reads one entry, decoded as <typeparamref name="T"/>.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="storedKey">The same as the store knows it.</param>
    /// <param name="localStamp">The epoch clock's time from before the read.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public ValueTask<StoreRead> ReadAsync<T>(EntryKey key, string storedKey, long localStamp, CancellationToken cancellationToken) =>
        ReadAsync(key, storedKey, localStamp, static (self, key, storedKey, bytes, times, traits, stamp) => self.Decode<T>(key, storedKey, bytes, times, traits, stamp), cancellationToken);

    /// <summary>Reads one entry and leaves it encoded.</summary>
    public ValueTask<StoreRead> ReadEncodedAsync(EntryKey key, string storedKey, long localStamp, CancellationToken cancellationToken) =>
        ReadAsync(key, storedKey, localStamp, static (_, _, _, bytes, times, traits, stamp) => new EncodedEntry(bytes, times, traits, stamp) { IsStored = true }, cancellationToken);

    /// <summary>Reads many entries in one go; the result has the order of <paramref name="keys"/>.</summary>
    public async ValueTask<StoreRead[]> ReadManyAsync<T>(IReadOnlyList<EntryKey> keys, string[] storedKeys, long localStamp, CancellationToken cancellationToken)
    {
        var results = new StoreRead[keys.Count];
        Partition partition = keys[0].Partition;

        // Before the store is asked: a change that reaches it while its answer is on the way is not in that answer.
        bool trusted = !HasPendingClear(partition);
        var own = new (PendingState State, PendingWrite? Write)[keys.Count];
        for (int i = 0; i < own.Length; i++)
            own[i] = await FindOwnAsync(storedKeys[i], cancellationToken).ConfigureAwait(false);
        ValueTask<StoreReply<ReadOnlyMemory<byte>?[]>> values = guard.AskAsync(
            StoreOperation.GetMany,
            storedKeys,
            static (store, names, cancellationToken) => store.GetManyAsync(names, cancellationToken),
            guard.Options.ReadTimeout,
            cancellationToken,
            static values => (values.Count(static value => value is not null), values.Count(static value => value is null)));
        ValueTask<StoreEpochs?> epochs = storeClock.ReadAsync(partition.Cells.ToArray(), cancellationToken);
        StoreReply<ReadOnlyMemory<byte>?[]> reply = await values.ConfigureAwait(false);
        StoreEpochs? known = await epochs.ConfigureAwait(false);
        if (!trusted)
            known = null;
        for (int i = 0; i < results.Length; i++)
        {
            if (own[i].State == PendingState.Newest)
                results[i] = await JudgeAsync<T>(keys[i], storedKeys[i], Pending(own[i].Write), known, own: true, localStamp, cancellationToken).ConfigureAwait(false);
            else if (own[i].State == PendingState.Overtaken)
                results[i] = Unsettled();
            else if (!reply.Succeeded)
                results[i] = new StoreRead(StoreReadKind.Failed, null, storeClock.Counter, reply.Error);
            else
                results[i] = await JudgeAsync<T>(keys[i], storedKeys[i], reply.Value[i], known, own: false, localStamp, cancellationToken).ConfigureAwait(false);
        }

        return results;
    }

    private delegate CacheEntry? Decoder(StoreReader self, EntryKey key, string storedKey, ReadOnlyMemory<byte> bytes, EntryTimes times, EntryTraits? traits, long stamp);

    private async ValueTask<StoreRead> ReadAsync(EntryKey key, string storedKey, long localStamp, Decoder decoder, CancellationToken cancellationToken)
    {
        (PendingState state, PendingWrite? pending) = await FindOwnAsync(storedKey, cancellationToken).ConfigureAwait(false);
        if (state == PendingState.Newest)
            return await JudgeAsync(key, storedKey, Pending(pending), known: null, own: true, localStamp, decoder, cancellationToken).ConfigureAwait(false);
        if (state == PendingState.Overtaken)
            return Unsettled();

        // The entry is asked for before the epochs: a clear between the two is seen, and the entry refused. And this
        // before both: a clear of this process that reaches the store meanwhile may be missing in what was read.
        bool trusted = !HasPendingClear(key.Partition);
        ValueTask<StoreReply<ReadOnlyMemory<byte>?>> value = guard.AskAsync(
            StoreOperation.Get,
            storedKey,
            static (store, name, cancellationToken) => store.GetAsync(name, cancellationToken),
            guard.Options.ReadTimeout,
            cancellationToken,
            static value => value is null ? (0, 1) : (1, 0));
        ValueTask<StoreEpochs?> epochs = storeClock.ReadAsync(key.Partition.Cells.ToArray(), cancellationToken);
        StoreReply<ReadOnlyMemory<byte>?> reply = await value.ConfigureAwait(false);
        StoreEpochs? known = await epochs.ConfigureAwait(false);
        if (!reply.Succeeded)
            return new StoreRead(StoreReadKind.Failed, null, storeClock.Counter, reply.Error);
        return await JudgeAsync(key, storedKey, reply.Value, trusted ? known : null, own: false, localStamp, decoder, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<StoreRead> JudgeAsync<T>(EntryKey key, string storedKey, ReadOnlyMemory<byte>? bytes, StoreEpochs? known, bool own, long localStamp, CancellationToken cancellationToken) =>
        JudgeAsync(key, storedKey, bytes, known, own, localStamp, static (self, key, name, bytes, times, traits, stamp) => self.Decode<T>(key, name, bytes, times, traits, stamp), cancellationToken);

    // Decides how far what the store (or, when own, this process's own unfinished write) holds may be believed.
    private async ValueTask<StoreRead> JudgeAsync(EntryKey key, string storedKey, ReadOnlyMemory<byte>? bytes, StoreEpochs? known, bool own, long localStamp, Decoder decoder, CancellationToken cancellationToken)
    {
        long stamp = known?.Counter ?? storeClock.Counter;
        var miss = new StoreRead(StoreReadKind.Miss, null, stamp);
        if (bytes is not { } envelope)
            return miss;

        DecodeOutcome outcome = codec.TryReadHeader(envelope, out EnvelopeHeader header);
        if (outcome != DecodeOutcome.Ok)
        {
            telemetry.PayloadRejected(key.Partition, key.Key, outcome.ToString());
            return miss;
        }

        // Without the epochs nobody can say whether the entry was cleared.
        if (!own && (known is null || !await IsCurrentAsync(key.Partition, header, known.Value, cancellationToken).ConfigureAwait(false)))
            return miss;

        EntryTimes times = Envelopes.StoredTimesOf(header, clock);
        long now = clock.Exact;
        if (now >= times.ExpiresAt)
            return miss;

        CacheEntry? entry = decoder(this, key, storedKey, envelope, times, Envelopes.TraitsOf(header, times), localStamp);
        return entry is null ? miss : new StoreRead(now < times.FreshUntil ? StoreReadKind.Fresh : StoreReadKind.Stale, entry, stamp);
    }

    private static bool HasPendingClear(Partition partition)
    {
        foreach (EpochCell cell in partition.Cells)
        {
            if (cell.HasPendingClear)
                return true;
        }

        return false;
    }

    private async ValueTask<bool> IsCurrentAsync(Partition partition, EnvelopeHeader header, StoreEpochs known, CancellationToken cancellationToken)
    {
        for (int i = 0; i < known.Epochs.Length; i++)
        {
            if (header.Epoch < known.Epochs[i])
                return false;
        }

        if (header.Tags is not { Count: > 0 } tags)
            return true;

        EpochCell[] cells = [.. tags.Select(partition.Tag)];
        if (Array.Exists(cells, static cell => cell.HasPendingClear))
            return false;
        StoreEpochs? tagEpochs = await storeClock.ReadAsync(cells, cancellationToken).ConfigureAwait(false);
        return tagEpochs is { } current && Array.TrueForAll(current.Epochs, epoch => header.Epoch >= epoch);
    }

    // A change of this process that the store does not have yet. A value written under a lease is none before the
    // store has taken it, because the lease may be void; and if it takes it, nothing else has changed since the lease.
    // An overtaken change is waited for: it may undo what the store would answer now, and nobody would be told.
    private async ValueTask<(PendingState State, PendingWrite? Write)> FindOwnAsync(string storedKey, CancellationToken cancellationToken)
    {
        bool waited = false;
        while (true)
        {
            PendingState state = writer.Find(storedKey, out PendingWrite? write);
            if (state == PendingState.None || write is PendingSet { Lease: not null })
                return (PendingState.None, null);
            if (state == PendingState.Newest || waited)
                return (state, write);
            waited = !await writer.SettledAsync(storedKey, cancellationToken).ConfigureAwait(false);
        }
    }

    private StoreRead Unsettled() =>
        new(StoreReadKind.Failed, null, storeClock.Counter, new TimeoutException("A change of the entry by this process has not ended in the store."));

    // What a change of this process that is not in the store yet will leave there; nothing when this process has
    // cleared it since. No epoch of the store needs to be asked: it knows of no other change than this one.
    private ReadOnlyMemory<byte>? Pending(PendingWrite? write) =>
        write is PendingSet set
        && codec.TryReadHeader(set.Envelope, out EnvelopeHeader header) == DecodeOutcome.Ok
        && set.IsValid(header.Tags is { Count: > 0 } tags ? [.. tags] : null)
            ? set.Envelope
            : null;

    private CacheEntry<T>? Decode<T>(EntryKey key, string storedKey, ReadOnlyMemory<byte> bytes, EntryTimes times, EntryTraits? traits, long stamp)
    {
        DecodeOutcome outcome = codec.TryDecode(storedKey, bytes, out _, out T value, out Exception? failure);
        if (outcome == DecodeOutcome.Ok)
            return new CacheEntry<T>(value, times, traits, stamp) { IsStored = true };
        telemetry.PayloadRejected(key.Partition, key.Key, outcome.ToString(), failure);
        return null;
    }
}
