using Larder.Coherence;
using Larder.Entries;
using Larder.Flights;
using Larder.Partitions;
using Larder.Resilience;

namespace Larder;

/// <content>Writes and removals by key.</content>
internal sealed partial class CacheCore
{
    public ValueTask SetAsync<T>(EntryKey key, T value, EntryPolicy policy, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (policy.UsesStore && _store is not null)
            return SetStoredAsync(key, value, policy, _store, cancellationToken);

        CacheEntry<T> entry = EntryOf(value, policy, _epochs.Now);
        FlightStripe stripe = _flights.For(key);
        lock (stripe.Gate)
        {
            stripe.Void(key);
            Keep(key, entry, policy);
        }

        AfterChange();
        _telemetry.Set(key.Partition, key.Key, policy.Tiers, LeftOf(entry));
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RemoveAsync(EntryKey key, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);

        bool existed = RemoveFromMemory(key, out WriteTicket? ticket);
        return ticket is { } inLine ? RemoveStoredAsync(key, existed, inLine, cancellationToken) : new ValueTask<bool>(existed);
    }

    public async ValueTask RemoveManyAsync(Partition partition, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        // All are looked at before the first is put in line: what is in line and never started would hold up its key for ever.
        string[] names = [.. keys];
        foreach (string key in names)
            ArgumentNullException.ThrowIfNull(key, nameof(keys));

        var inLine = new List<WriteTicket>(names.Length);
        foreach (string key in names)
        {
            RemoveFromMemory(new EntryKey(partition, key), out WriteTicket? ticket);
            if (ticket is { } written)
                inLine.Add(written);
        }

        if (inLine.Count == 0)
            return;
        if (await _store!.Writer.CompleteRemovalsAsync(inLine, cancellationToken).ConfigureAwait(false) is { } error && !Defaults.FailSilently)
            throw new CacheStoreException($"The store '{_store.Guard.Store.Name}' did not remove all of {inLine.Count} keys; it will be tried again.", error);
    }

    private CacheEntry<T> EntryOf<T>(T value, EntryPolicy policy, long stamp)
    {
        EntryPolicy kept = policy.WithJitter(_random);
        var times = EntryTimes.From(_clock, kept);
        return new CacheEntry<T>(value, times, kept.TraitsFor(times), stamp) { IsStored = kept.UsesStore && _store is not null };
    }

    private async ValueTask SetStoredAsync<T>(EntryKey key, T value, EntryPolicy policy, StoreTier store, CancellationToken cancellationToken)
    {
        long stamp = _epochs.Now;
        long storeStamp = await store.Clock.StampAsync(key.Partition, cancellationToken).ConfigureAwait(false);
        CacheEntry<T> entry = EntryOf(value, policy, stamp);
        string storedKey = StoredKeyOf(key);
        PendingWrite write = WriteOf(entry, key, storedKey, policy, storeStamp, isExplicit: true, lease: null);
        WriteTicket ticket;
        FlightStripe stripe = _flights.For(key);
        lock (stripe.Gate)
        {
            stripe.Void(key);
            Keep(key, entry, policy);
            ticket = store.Writer.Enqueue(storedKey, write);
        }

        AfterChange();
        _telemetry.Set(key.Partition, key.Key, policy.Tiers, LeftOf(entry));
        WriteResult result = await store.Writer.CompleteAsync(ticket, cancellationToken).ConfigureAwait(false);
        if (result.Error is { } error && !policy.FailSilently)
            throw new CacheStoreException($"The store '{store.Guard.Store.Name}' did not take '{key.Key}'; it will be tried again.", error);
    }

    private bool RemoveFromMemory(in EntryKey key, out WriteTicket? ticket)
    {
        bool existed;
        ticket = null;
        FlightStripe stripe = _flights.For(key);
        lock (stripe.Gate)
        {
            stripe.Void(key);
            existed = _memory.Remove(key) is { } entry && IsValid(key, entry) && _clock.Exact < entry.FreshUntil;
            if (_store is not null)
                ticket = _store.Writer.Enqueue(StoredKeyOf(key), new PendingRemove());
        }

        AfterChange();
        return existed;
    }

    private async ValueTask<bool> RemoveStoredAsync(EntryKey key, bool existed, WriteTicket ticket, CancellationToken cancellationToken)
    {
        WriteResult result = await _store!.Writer.CompleteAsync(ticket, cancellationToken).ConfigureAwait(false);
        if (result.Error is { } error && !Defaults.FailSilently)
            throw new CacheStoreException($"The store '{_store.Guard.Store.Name}' did not remove '{key.Key}'; it will be tried again.", error);
        return existed || result.Existed;
    }
}
