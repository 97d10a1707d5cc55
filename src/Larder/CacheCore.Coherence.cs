using Larder.Entries;
using Larder.Flights;
using Larder.Keys;
using Larder.Partitions;
using Larder.Stores;

namespace Larder;

/// <content>What the store tells of changes made by others.</content>
internal sealed partial class CacheCore : IStoreObserver
{
    private IDisposable? _observation;

    void IStoreObserver.OnChanged(string key)
    {
        _store!.Writer.Changed(key);
        DropStored(key);
    }

    // Drops what memory holds, or is about to, of an entry that is known by its stored key.
    private void DropStored(string key)
    {
        if (!StoredKey.TrySplit(key, out ReadOnlySpan<char> prefix, out _) || Partitions.FindByPrefix(prefix) is not { } partition)
            return; // Nothing of that partition is in memory or on its way there.

        if (StoredKey.TryGetKey(key, partition.Prefix, out string own))
        {
            Drop(new EntryKey(partition, own));
            return;
        }

        // The key was too long to be kept whole; who has that name has to be found.
        bool Matches(EntryKey candidate) => ReferenceEquals(candidate.Partition, partition) && StoredKeyOf(candidate) == key;
        _flights.VoidWhere(Matches);
        foreach (KeyValuePair<EntryKey, CacheEntry> pair in _memory.Entries())
        {
            if (Matches(pair.Key))
                Drop(pair.Key);
        }
    }

    void IStoreObserver.OnEpochChanged(string name)
    {
        if (EpochName.TryReadTag(name, out string prefix, out string? tag))
        {
            // Entries may carry the tag although nobody has removed it here before.
            if (Partitions.FindByPrefix(prefix) is not { } partition)
                return;
            if (tag is null)
                _epochs.Clear(partition.Own);
            else
                partition.ClearTag(tag, _epochs.ClearTold);
        }
        else if (Partitions.FindCell(name) is { } cell)
        {
            _epochs.ClearTold(cell);
        }
    }

    void IStoreObserver.OnConnectionLost()
    {
        _epochs.DistrustAll(whileReading: true);
        _telemetry.CoherenceLost();
    }

    void IStoreObserver.OnConnectionRestored()
    {
        _epochs.DistrustAll(whileReading: false);
        _telemetry.CoherenceRestored();
    }

    private void ObserveStore(ICacheStore store)
    {
        if (store is ICoherentStore coherent)
        {
            _store!.Writer.OvertakenTried = DropStored;
            _observation = coherent.Observe(this);
        }
    }

    private void Drop(in EntryKey key)
    {
        FlightStripe stripe = _flights.For(key);
        lock (stripe.Gate)
        {
            stripe.Void(key);
            _memory.Remove(key);
        }

        AfterChange();
    }
}
