using System.Runtime.CompilerServices;

namespace Larder.Memory;

internal sealed partial class MemoryEngine<TKey, TLookup, TValue, TComparer, TPolicy, TListener>
{
    public override bool Set(TKey key, TValue value, long expires, long size)
    {
        uint hash = _comparer.Hash(key);
        var removals = default(RemovalBatch<TKey, TValue>);
        bool admitted;
        using (Enter())
        {
            int slot = FindSlot(key, hash);
            admitted = slot == 0
                ? Insert(key, hash, value, expires, size, ref removals)
                : Replace(slot, value, expires, size, ref removals);
            SweepStep(ref removals);
        }

        Tell(ref removals);
        return admitted;
    }

    public override bool TryAdd(TKey key, TValue value, long expires, long size, out TValue existing)
    {
        uint hash = _comparer.Hash(key);
        var removals = default(RemovalBatch<TKey, TValue>);
        using (Enter())
        {
            int slot = FindSlot(key, hash);
            if (slot != 0 && IsFresh(slot))
            {
                existing = _table.At(slot).Value;
                _policy.Touch(slot, new TableSlots(_table));
                return false;
            }

            if (slot == 0)
                Insert(key, hash, value, expires, size, ref removals);
            else
                Replace(slot, value, expires, size, ref removals);
            SweepStep(ref removals);
        }

        Tell(ref removals);
        existing = default!;
        return true;
    }

    public override bool TryUpdate(TKey key, TValue value, TValue expected, long expires, long size)
    {
        uint hash = _comparer.Hash(key);
        var removals = default(RemovalBatch<TKey, TValue>);
        using (Enter())
        {
            int slot = FindSlot(key, hash);
            if (slot == 0 || !IsFresh(slot) || !IsSame(_table.At(slot).Value, expected))
                return false;
            Replace(slot, value, expires, size, ref removals);
            SweepStep(ref removals);
        }

        Tell(ref removals);
        return true;
    }

    public override bool Remove(TKey key, out TValue value)
    {
        uint hash = _comparer.Hash(key);
        var removals = default(RemovalBatch<TKey, TValue>);
        bool fresh = false;
        value = default!;
        using (Enter())
        {
            int slot = FindSlot(key, hash);
            if (slot != 0)
            {
                fresh = IsFresh(slot);
                if (fresh)
                    value = _table.At(slot).Value;
                RemoveResident(slot, fresh ? RemovalCause.Removed : RemovalCause.Expired, ref removals);
            }
        }

        Tell(ref removals);
        return fresh;
    }

    public override bool TryRemove(TKey key, TValue expected, RemovalCause cause = RemovalCause.Removed)
    {
        uint hash = _comparer.Hash(key);
        bool fresh;
        var removals = default(RemovalBatch<TKey, TValue>);
        using (Enter())
        {
            int slot = FindSlot(key, hash);
            if (slot == 0 || !IsSame(_table.At(slot).Value, expected))
                return false;
            fresh = IsFresh(slot);
            RemoveResident(slot, fresh ? cause : RemovalCause.Expired, ref removals);
        }

        Tell(ref removals);
        return fresh;
    }

    public override bool SetExpiry(TKey key, TValue expected, long expires)
    {
        uint hash = _comparer.Hash(key);
        using (Enter())
        {
            int slot = FindSlot(key, hash);
            if (slot == 0 || !IsSame(_table.At(slot).Value, expected))
                return false;
            WriteExpiry(slot, expires);
            return true;
        }
    }

    public override bool SetExpiry(TKey key, long expires)
    {
        uint hash = _comparer.Hash(key);
        using (Enter())
        {
            int slot = FindSlot(key, hash);
            if (slot == 0 || !IsFresh(slot))
                return false;
            WriteExpiry(slot, expires);
            return true;
        }
    }

    private static bool IsSame(TValue value, TValue expected) => typeof(TValue).IsValueType
        ? EqualityComparer<TValue>.Default.Equals(value, expected)
        : ReferenceEquals(value, expected);

    // Everything below: under the gate.

    // By the same coarse time as look-ups, so that all operations agree on what is fresh.
    private bool IsFresh(int slot) => _table.At(slot).IsFresh(_clock.Now);

    private bool Insert(TKey key, uint hash, TValue value, long expires, long size, ref RemovalBatch<TKey, TValue> removals)
    {
        if (_tracksSizes && size > _maxBytes)
        {
            // Counted and told as an eviction: the one entry that makes room is itself.
            _evictions++;
            Collect(key, value, RemovalCause.Evicted, ref removals);
            return false;
        }

        while (_count >= _maxEntries || (_tracksSizes && _bytes > _maxBytes - size))
            EvictOne(ref removals);

        int slot = TakeSlot();
        Table<TKey, TValue> table = _table;
        ref Slot<TKey, TValue> entry = ref table.At(slot);
        entry.Key = key;
        entry.Hash = hash;
        entry.Value = value;
        WriteExpiry(slot, expires);
        table.Publish(slot);

        _policy.OnInsert(slot, new TableSlots(table));
        Volatile.Write(ref _count, _count + 1);
        if (_tracksSizes)
        {
            _sizes[slot] = size;
            Volatile.Write(ref _bytes, _bytes + size);
        }

        return true;
    }

    private bool Replace(int slot, TValue value, long expires, long size, ref RemovalBatch<TKey, TValue> removals)
    {
        RemovalCause cause = IsFresh(slot) ? RemovalCause.Replaced : RemovalCause.Expired;
        ref Slot<TKey, TValue> entry = ref _table.At(slot);
        if (_tracksSizes && size > _maxBytes)
        {
            TKey key = entry.Key;
            RemoveResident(slot, cause, ref removals);
            _evictions++;
            Collect(key, value, RemovalCause.Evicted, ref removals);
            return false;
        }

        if (_tracksSizes && _bytes - _sizes[slot] > _maxBytes - size)
            MakeRoomFor(slot, size, ref removals);
        else
            _policy.Touch(slot, new TableSlots(_table));

        if (cause == RemovalCause.Expired)
            _expirations++;
        Collect(entry.Key, entry.Value, cause, ref removals);
        if (_tracksSizes)
        {
            Volatile.Write(ref _bytes, _bytes - _sizes[slot] + size);
            _sizes[slot] = size;
        }

        WriteValue(ref entry, value, slot, expires);
        return true;
    }

    // A growing entry must not be chosen to make room for itself: to the policy it leaves and comes back. Readers
    // see it all the while.
    private void MakeRoomFor(int slot, long size, ref RemovalBatch<TKey, TValue> removals)
    {
        _policy.OnRemove(slot);
        while (_bytes - _sizes[slot] > _maxBytes - size)
            EvictOne(ref removals);
        _policy.OnInsert(slot, new TableSlots(_table));
    }

    private void WriteValue(ref Slot<TKey, TValue> entry, TValue value, int slot, long expires)
    {
        if (ValueIsAtomic && expires < entry.Expires)
        {
            // Readers read the expiry first. Who has read the old one sees the version change when he sees the new value.
            WriteExpiry(slot, expires);
            entry.Renew();
            WriteAtomic(ref entry.Value, value);
            return;
        }

        if (ValueIsAtomic)
        {
            // Who sees the new expiry sees the new value. The old expiry with the new value is no later than it lives.
            WriteAtomic(ref entry.Value, value);
            WriteExpiry(slot, expires);
            return;
        }

        entry.Flip();
        Volatile.WriteBarrier();
        entry.Value = value;
        WriteExpiry(slot, expires);
        entry.Flip();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteAtomic(ref TValue place, TValue value)
    {
        // Release: whoever sees the value sees what it refers to.
        Volatile.WriteBarrier();
        place = value;
    }

    private void WriteExpiry(int slot, long expires)
    {
        Volatile.Write(ref _table.At(slot).Expires, expires);
        NoteExpiry(slot, expires);
    }

    private void EvictOne(ref RemovalBatch<TKey, TValue> removals)
    {
        long now = _clock.Now;
        int slot = _policy.Evict(new TableSlots(_table));
        bool fresh = _table.At(slot).IsFresh(now);
        if (fresh)
            _evictions++;
        else
            _expirations++;
        Release(slot, fresh ? RemovalCause.Evicted : RemovalCause.Expired, ref removals);
    }

    private void RemoveResident(int slot, RemovalCause cause, ref RemovalBatch<TKey, TValue> removals)
    {
        _policy.OnRemove(slot);
        if (cause == RemovalCause.Expired)
            _expirations++;
        else if (cause == RemovalCause.Evicted)
            _evictions++;
        Release(slot, cause, ref removals);
    }

    /// <summary>Takes an entry that the policy has forgotten out of the table and frees its slot.</summary>
    private void Release(int slot, RemovalCause cause, ref RemovalBatch<TKey, TValue> removals)
    {
        Table<TKey, TValue> table = _table;
        ref Slot<TKey, TValue> entry = ref table.At(slot);
        Collect(entry.Key, entry.Value, cause, ref removals);
        table.Unlink(slot);
        entry.Key = default!;
        entry.Value = default!;
        entry.Next = _free;
        _free = slot;
        Volatile.Write(ref _count, _count - 1);
        if (_tracksSizes)
            Volatile.Write(ref _bytes, _bytes - _sizes[slot]);
    }

    private void Collect(TKey key, TValue value, RemovalCause cause, ref RemovalBatch<TKey, TValue> removals)
    {
        if (_listener.IsEnabled)
            removals.Add(key, value, cause);
    }

    private int TakeSlot()
    {
        int slot = _free;
        if (slot != 0)
        {
            _free = _table.At(slot).Next;
            return slot;
        }

        if (_used == _table.Capacity)
            Grow();
        return ++_used;
    }

    private void Grow()
    {
        Table<TKey, TValue> old = _table;
        int capacity = (int)Math.Min(old.Capacity * 2L, _maxEntries);
        if (capacity == old.Capacity)
            throw new InvalidOperationException($"A cache cannot hold more than {capacity} entries; set a bound.");
        ResizeTo(capacity);
        Volatile.Write(ref _table, old.Grow(capacity));
        // Only now: until a reader can see the new table, it must be able to read the old one.
        old.Retire(_used);
    }

    private readonly struct TableSlots(Table<TKey, TValue> table) : ISlots
    {
        public uint HashOf(int slot) => table.At(slot).Hash;

        public byte MarkOf(int slot) => table.At(slot).Mark;

        public void SetMark(int slot, byte mark) => table.At(slot).Mark = mark;
    }
}
