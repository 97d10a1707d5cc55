using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder.Memory;

internal sealed unsafe partial class MemoryEngine<TKey, TLookup, TValue, TComparer, TPolicy, TListener>
{
    // Chains are one or two slots long. A walk this long was led astray by a reused slot, or somebody floods a
    // weak hash; the validated walk tells which.
    private const int LongWalk = 32;

    private const int ValidatedAttempts = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    public override bool TryGet(TLookup key, out TValue value)
    {
        if (TPolicy.LocksOnHit)
            return TryGetLocked(key, out value, checkExpiry: true);

        uint hash = _comparer.Hash(key);
        if (TryHit(key, hash, checkExpiry: true, out value))
        {
            CountHit();
            return true;
        }

        value = GetSlowly(key, hash, out bool found);
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    public override bool TryGetUnchecked(TLookup key, out TValue value)
    {
        if (TPolicy.LocksOnHit)
            return TryGetLocked(key, out value, checkExpiry: false);

        uint hash = _comparer.Hash(key);
        if (TryHit(key, hash, checkExpiry: false, out value))
            return true;

        value = GetUncheckedSlowly(key, hash, out bool found);
        return found;
    }

    /// <summary>The way of a plain hit without the gate; what is none may yet be an entry, which the other look-ups tell. Counts nothing.</summary>
    /// <remarks>
    /// Nothing in it has its address taken, so that everything stays in registers: whoever inlines it has to keep it so
    /// and hands on what is no plain hit by a call that starts over. Not for a policy that locks on a hit.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    public bool TryHit(TLookup key, uint hash, bool checkExpiry, out TValue value) => TryHit(key, _comparer, hash, checkExpiry, out value);

    /// <inheritdoc cref="TryHit(TLookup, uint, bool, out TValue)"/>
    /// <remarks>For another form of the key, with a comparer of its own.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    public bool TryHit<TForm, TFormComparer>(TForm key, TFormComparer comparer, uint hash, bool checkExpiry, out TValue value)
        where TForm : allows ref struct
        where TFormComparer : struct, ILookupComparer<TForm, TKey>
    {
        Table<TKey, TValue> table = _table;
        int slot = Volatile.Read(ref table.Bucket(hash));
        int left = LongWalk;
        do
        {
            // An empty bucket leads to slot 0, which is never live: no need to ask beforehand.
            ref Slot<TKey, TValue> entry = ref table.At(slot);
            uint state = Volatile.Read(ref entry.State);
            if (TFormComparer.ComparesAsFastAsHash || entry.Hash == hash)
            {
                TKey stored = entry.Key;
                if (!TFormComparer.ToleratesTornKeys && !entry.IsStill(state))
                    break;
                if (comparer.Equals(key, stored))
                {
                    long expires = checkExpiry ? Volatile.Read(ref entry.Expires) : 0;
                    value = entry.Value;
                    if ((!WasHot(ref entry, state) && !WasLive(ref entry, state)) || (checkExpiry && expires <= Volatile.Read(ref *_glance)))
                        break;
                    return true;
                }
            }

            slot = entry.Next;
        }
        while (slot != 0 && --left != 0);

        Unsafe.SkipInit(out value);
        return false;
    }

    public override bool TryPeek(TLookup key, out TValue value, out long expires) =>
        FindValidated(key, _comparer.Hash(key), out value, out expires) != 0;

    public override bool TryGetKey(TLookup key, out TKey kept)
    {
        uint hash = _comparer.Hash(key);
        using (Enter())
        {
            int slot = FindLocked(key, hash, out _, out _);
            kept = slot != 0 ? _table.At(slot).Key : default!;
            return slot != 0;
        }
    }

    // Whether an entry was read that is hot and has not changed at all: two comparisons for most hits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool WasHot(ref Slot<TKey, TValue> entry, uint state)
    {
        const uint LiveAndMark = Slot<TKey, TValue>.LiveBit | byte.MaxValue;
        Volatile.ReadBarrier();
        return entry.State == state && (state & LiveAndMark) == (Slot<TKey, TValue>.LiveBit | TPolicy.HighestMark);
    }

    // Whether an entry was read that has not changed but for its mark, which is raised.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool WasLive(ref Slot<TKey, TValue> entry, uint state)
    {
        if (!entry.IsStill(state))
            return false;
        RaiseMark(ref entry, state);
        return true;
    }

    // A hot entry's mark is at its highest: its hits write nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RaiseMark(ref Slot<TKey, TValue> entry, uint state)
    {
        if ((byte)state < TPolicy.HighestMark)
            entry.Mark = (byte)(state + 1);
    }

    private void RaiseMark(int slot)
    {
        Table<TKey, TValue> table = _table;
        // The table may have been replaced by a smaller one since the slot was found.
        if (slot <= table.Capacity)
            RaiseMark(ref table.At(slot), table.At(slot).State);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountHit()
    {
        long page = AccessCounters.Page();
        if (!AccessCounters.TryHit(_hitCells, page))
            _accesses.HitElsewhere(page);
        // The cells are memory that ends with their owner, and this may be the last that anybody wants of the cache.
        GC.KeepAlive(this);
    }

    // What is not a plain hit, from the beginning. The value is what they return and not what they write, so that the
    // caller can keep it in a register.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TValue GetSlowly(TLookup key, uint hash, out bool found)
    {
        int slot = FindValidated(key, hash, out TValue value, out long expires);
        found = slot != 0 && expires > _clock.Now;
        if (slot != 0 && !found)
            found = !TryRemoveExpired(key, hash, out slot, out value);
        if (!found)
        {
            _accesses.Miss();
            return default!;
        }

        RaiseMark(slot);
        CountHit();
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TValue GetUncheckedSlowly(TLookup key, uint hash, out bool found)
    {
        int slot = FindValidated(key, hash, out TValue value, out _);
        found = slot != 0;
        if (found)
            RaiseMark(slot);
        return value;
    }

    /// <summary>Finds the entry without the gate, or proves that there was none at some moment of the call; returns its slot, 0 for none.</summary>
    /// <remarks>
    /// <para>The expiry is read before the value, and written after it: see <see cref="Slot{TKey, TValue}"/>. A slot found
    /// live with the key, unchanged from before to after, was the key's entry all that while, so the read is
    /// linearizable there.</para>
    /// <para>Finding nothing is believed only if the walk never left the chain: when the state of a slot had been read,
    /// the link to it was still there, in a slot that had not changed since its own was (as in M. Michael, "High
    /// performance dynamic lock-free hash tables", SPAA '02). Slots are linked in front only, so an entry that was there
    /// throughout would have been met, and none is taken out and linked again in one step.</para>
    /// <para>If it is disturbed again and again it takes the gate, so it always ends.</para>
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindValidated(TLookup key, uint hash, out TValue value, out long expires)
    {
        for (int attempt = 0; attempt < ValidatedAttempts; attempt++)
        {
            Table<TKey, TValue> table = Volatile.Read(ref _table);
            ref int link = ref table.Bucket(hash);
            // The slot that the link is in, and the state in which it was found. The bucket is in none; slot 0 never changes.
            ref Slot<TKey, TValue> last = ref table.At(0);
            uint lastState = last.State;
            while (true)
            {
                int slot = Volatile.Read(ref link);
                ref Slot<TKey, TValue> entry = ref table.At(slot);
                uint state = Volatile.Read(ref entry.State);
                if (Volatile.Read(ref link) != slot || !last.HasNotChangedSince(lastState))
                    break;
                if (slot == 0)
                {
                    if (!ReferenceEquals(table, Volatile.Read(ref _table)))
                        break;
                    value = default!;
                    expires = 0;
                    return 0;
                }

                if (entry.Hash == hash)
                {
                    TKey stored = entry.Key;
                    if (!entry.IsStill(state))
                        break;
                    if (_comparer.Equals(key, stored))
                    {
                        expires = Volatile.Read(ref entry.Expires);
                        value = entry.Value;
                        if (entry.IsStill(state))
                            return slot;
                        break;
                    }
                }

                if ((state & Slot<TKey, TValue>.LiveBit) == 0)
                    break;
                link = ref entry.Next;
                last = ref entry;
                lastState = state;
            }

            Thread.SpinWait(1 << Math.Min(attempt, 6));
        }

        using (Enter())
            return FindLocked(key, hash, out value, out expires);
    }

    // Under the gate.
    private int FindLocked(TLookup key, uint hash, out TValue value, out long expires)
    {
        Table<TKey, TValue> table = _table;
        for (int slot = table.Bucket(hash); slot != 0; slot = table.At(slot).Next)
        {
            ref Slot<TKey, TValue> entry = ref table.At(slot);
            if (entry.Hash == hash && _comparer.Equals(key, entry.Key))
            {
                value = entry.Value;
                expires = entry.Expires;
                return slot;
            }
        }

        value = default!;
        expires = 0;
        return 0;
    }

    // Under the gate; for keys, which writes have.
    private int FindSlot(TKey key, uint hash)
    {
        Table<TKey, TValue> table = _table;
        for (int slot = table.Bucket(hash); slot != 0; slot = table.At(slot).Next)
        {
            ref Slot<TKey, TValue> entry = ref table.At(slot);
            if (entry.Hash == hash && _comparer.Equals(key, entry.Key))
                return slot;
        }

        return 0;
    }

    // The policy orders entries by each hit.
    private bool TryGetLocked(TLookup key, out TValue value, bool checkExpiry)
    {
        uint hash = _comparer.Hash(key);
        int slot;
        bool found;
        using (Enter())
        {
            slot = FindLocked(key, hash, out value, out long expires);
            found = slot != 0 && (!checkExpiry || expires > _clock.Now);
            if (found)
                _policy.Touch(slot, new TableSlots(_table));
            else
                value = default!;
        }

        if (slot != 0 && !found)
            TryRemoveExpired(key, hash, out _, out _);
        if (checkExpiry && found)
            CountHit();
        else if (checkExpiry)
            _accesses.Miss();
        return found;
    }

    // Whoever finds an expired entry takes it away. When another has taken its place meanwhile, it is that other that was
    // found: the key may never have been without an entry.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRemoveExpired(TLookup key, uint hash, out int slot, out TValue value)
    {
        var removals = default(RemovalBatch<TKey, TValue>);
        using (Enter())
        {
            slot = FindLocked(key, hash, out value, out _);
            if (slot != 0 && IsFresh(slot))
                return false;
            if (slot != 0)
                RemoveResident(slot, RemovalCause.Expired, ref removals);
        }

        Tell(ref removals);
        return true;
    }
}
