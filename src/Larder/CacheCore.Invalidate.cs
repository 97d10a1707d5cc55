using Larder.Diagnostics;
using Larder.Entries;
using Larder.Flights;
using Larder.Keys;
using Larder.Partitions;
using Larder.Resilience;

namespace Larder;

/// <content>Removal of many entries at once: by pattern, by tag, by clearing.</content>
internal sealed partial class CacheCore
{
    private const int ScanBatch = 200;

    /// <summary>Removes what carries a tag.</summary>
    public async ValueTask RemoveByTagAsync(Partition partition, string tag, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        if (string.IsNullOrEmpty(tag))
            throw new ArgumentException("A tag must have at least one character.", nameof(tag));
        _telemetry.TagRemoved(partition, tag);
        await CompleteClearAsync(partition.ClearTag(tag, BeginClear), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Clears everything under a cell.</summary>
    public async ValueTask ClearAsync(EpochCell cell, string? collection, CacheScope? scope, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        _telemetry.Cleared(collection, scope);
        await CompleteClearAsync(BeginClear(cell), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<long> RemoveByPatternAsync(Partition partition, string pattern, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        GlobPattern glob = GlobPattern.Parse(pattern);
        _telemetry.PatternRemoved(partition, pattern);

        // Flights first: what they are about to publish would not be found in memory below.
        bool Matches(EntryKey key) => ReferenceEquals(key.Partition, partition) && glob.IsMatch(key.Key);
        _flights.VoidWhere(Matches);
        var removed = new HashSet<string>(StringComparer.Ordinal);
        var inLine = new Dictionary<string, WriteTicket>(StringComparer.Ordinal);
        foreach (KeyValuePair<EntryKey, CacheEntry> pair in _memory.Entries())
        {
            if (!Matches(pair.Key))
                continue;
            if (RemoveFromMemory(pair.Key, out WriteTicket? ticket))
                removed.Add(pair.Key.Key);
            if (ticket is { } written)
                inLine[written.Slot.Name] = written;
        }

        if (_store is not { } store)
            return removed.Count;

        // What is on its way into the store would land behind the scan.
        foreach (string pending in store.Writer.PendingNames())
        {
            if (StoredKey.Matches(pending, partition.Prefix, glob) && !inLine.ContainsKey(pending))
                inLine.Add(pending, RemoveByStoredKey(store, partition, pending));
        }

        // All are started before the first is waited for: one that nobody starts would hold up its key for ever.
        await store.Writer.CompleteRemovalsAsync([.. inLine.Values], cancellationToken).ConfigureAwait(false);
        await RemoveStoredByPatternAsync(store, partition, glob, removed, cancellationToken).ConfigureAwait(false);
        return removed.Count;
    }

    private WriteTicket? BeginClear(EpochCell cell)
    {
        // In this order: from the moment the clear is in line nothing stored under the cell is believed, so nobody
        // can read an old value back between the two steps.
        WriteTicket? ticket = _store?.Writer.Enqueue(cell.Name, new PendingClear(cell));
        _epochs.Clear(cell);
        return ticket;
    }

    private async ValueTask CompleteClearAsync(WriteTicket? ticket, CancellationToken cancellationToken)
    {
        AfterChange();
        if (ticket is not { } inLine)
            return;

        _store!.Sweeper.Request();
        WriteResult result = await _store.Writer.CompleteAsync(inLine, cancellationToken).ConfigureAwait(false);
        if (result.Error is { } error && !Defaults.FailSilently)
            throw new CacheStoreException($"The store '{_store.Guard.Store.Name}' was not cleared; it will be tried again.", error);
    }

    private async ValueTask RemoveStoredByPatternAsync(Coherence.StoreTier store, Partition partition, GlobPattern glob, HashSet<string> removed, CancellationToken cancellationToken)
    {
        try
        {
            var batch = new List<string>(ScanBatch);
            await foreach (string storedKey in store.Guard.ScanAsync(StoredKey.ScanPrefix(partition.Prefix, glob.LiteralPrefix), cancellationToken).ConfigureAwait(false))
            {
                if (!StoredKey.Matches(storedKey, partition.Prefix, glob))
                    continue;
                removed.Add(StoredKey.TryGetKey(storedKey, partition.Prefix, out string key) ? key : storedKey);
                batch.Add(storedKey);
                if (batch.Count == ScanBatch)
                    await RemoveBatchAsync(store, partition, batch, cancellationToken).ConfigureAwait(false);
            }

            await RemoveBatchAsync(store, partition, batch, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // What the pattern meant cannot be found now, and must not come back later: the whole partition goes.
            WriteTicket ticket = store.Writer.Enqueue(partition.Own.Name, new PendingClear(partition.Own));
            await store.Writer.CompleteAsync(ticket, cancellationToken).ConfigureAwait(false);
            if (!Defaults.FailSilently && error is not NotSupportedException)
                throw new CacheStoreException($"The store '{store.Guard.Store.Name}' could not be searched for a pattern; all it holds of the partition is invalid now.", error);
        }
    }

    private async ValueTask RemoveBatchAsync(Coherence.StoreTier store, Partition partition, List<string> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return;
        WriteTicket[] tickets = [.. batch.Select(storedKey => RemoveByStoredKey(store, partition, storedKey))];
        batch.Clear();
        if (await store.Writer.CompleteRemovalsAsync(tickets, cancellationToken).ConfigureAwait(false) is { } error)
            throw error;
    }

    // In line like any removal, and not behind the writer's back: nobody tells this process of what it removes itself, so
    // that nothing of it may be read from the store and kept before that has happened.
    private WriteTicket RemoveByStoredKey(Coherence.StoreTier store, Partition partition, string storedKey)
    {
        if (StoredKey.TryGetKey(storedKey, partition.Prefix, out string key))
        {
            RemoveFromMemory(new EntryKey(partition, key), out WriteTicket? ticket);
            return ticket!.Value;
        }

        // Too long to be kept whole, its stripe is not known: flights before the removal, and what read before it, go.
        DropStored(storedKey);
        WriteTicket inLine = store.Writer.Enqueue(storedKey, new PendingRemove());
        DropStored(storedKey);
        return inLine;
    }
}
