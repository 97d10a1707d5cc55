using System.Runtime.CompilerServices;

namespace Larder.Memory;

internal sealed partial class MemoryEngine<TKey, TLookup, TValue, TComparer, TPolicy, TListener>
{
    // Chains are one or two slots long. A walk this long was led astray by a reused slot, or somebody floods a
    // weak hash; the validated walk tells which.
    private const int LongWalk = 32;

    private const int ValidatedAttempts = 16;

    public override bool TryGet(TLookup key, out TValue value)
    {
        if (TPolicy.LocksOnHit)
            return TryGetLocked(key, out value, checkExpiry: true);

        uint hash = _comparer.Hash(key);
        int slot = Find(key, hash, out value, out long expires);
        if (slot != 0 && (expires == Time.Clock.Never || expires > _clock.Now))
        {
            _policy.OnHit(slot);
            _accesses.Hit();
            return true;
        }

        if (slot != 0)
            RemoveExpired(key, hash);
        value = default!;
        _accesses.Miss();
        return false;
    }

    public override bool TryGetUnchecked(TLookup key, out TValue value)
    {
        if (TPolicy.LocksOnHit)
            return TryGetLocked(key, out value, checkExpiry: false);

        int slot = Find(key, _comparer.Hash(key), out value, out _);
        if (slot == 0)
            return false;
        _policy.OnHit(slot);
        return true;
    }

    public override bool TryPeek(TLookup key, out TValue value, out long expires) =>
        Find(key, _comparer.Hash(key), out value, out expires) != 0;

    /// <summary>Finds the entry without the gate; returns its slot, 0 for none.</summary>
    /// <remarks>
    /// The expiry is read before the value, and written after it: see <see cref="Slot{TKey, TValue}"/>. A slot found
    /// live with the key, unchanged from before to after, was the key's entry all that while, so the read is
    /// linearizable there. Finding nothing proves nothing yet: <see cref="FindValidated"/>.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(TLookup key, uint hash, out TValue value, out long expires)
    {
        Table<TKey, TValue> table = _table;
        int slot = Volatile.Read(ref table.Bucket(hash));
        for (int walked = 0; slot != 0 && walked < LongWalk; walked++)
        {
            ref Slot<TKey, TValue> entry = ref table.At(slot);
            int version = Volatile.Read(ref entry.Version);
            if (entry.Hash == hash)
            {
                TKey stored = entry.Key;
                if (!TComparer.ToleratesTornKeys && !IsStill(ref entry, version))
                    break;
                if (_comparer.Equals(key, stored))
                {
                    expires = Volatile.Read(ref entry.Expires);
                    value = entry.Value;
                    if (IsStill(ref entry, version))
                        return slot;
                    break;
                }
            }

            slot = entry.Next;
        }

        return FindValidated(key, hash, out value, out expires);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsStill(ref Slot<TKey, TValue> entry, int version)
    {
        Volatile.ReadBarrier();
        return (version & 1) != 0 && entry.Version == version;
    }

    /// <summary>Finds the entry, or proves that there was none at some moment of the call.</summary>
    /// <remarks>
    /// A walk that saw no change of its chain's stripe followed the chain as it was when it began, plus slots that
    /// were linked in front of it. If it is disturbed again and again it takes the gate, so it always ends.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindValidated(TLookup key, uint hash, out TValue value, out long expires)
    {
        for (int attempt = 0; attempt < ValidatedAttempts; attempt++)
        {
            Table<TKey, TValue> table = Volatile.Read(ref _table);
            int stripe = Volatile.Read(ref table.Stripe(hash));
            int slot = Volatile.Read(ref table.Bucket(hash));
            bool disturbed = false;
            for (int walked = 0; slot != 0 && !disturbed; walked++)
            {
                ref Slot<TKey, TValue> entry = ref table.At(slot);
                int version = Volatile.Read(ref entry.Version);
                if (entry.Hash == hash)
                {
                    TKey stored = entry.Key;
                    disturbed = !IsStill(ref entry, version);
                    if (!disturbed && _comparer.Equals(key, stored))
                    {
                        expires = Volatile.Read(ref entry.Expires);
                        value = entry.Value;
                        if (IsStill(ref entry, version))
                            return slot;
                        disturbed = true;
                    }
                }

                slot = entry.Next;
                if (walked % LongWalk == LongWalk - 1)
                    disturbed |= Volatile.Read(ref table.Stripe(hash)) != stripe;
            }

            Volatile.ReadBarrier();
            if (!disturbed && table.Stripe(hash) == stripe && ReferenceEquals(table, Volatile.Read(ref _table)))
            {
                value = default!;
                expires = 0;
                return 0;
            }

            Thread.SpinWait(1 << Math.Min(attempt, 6));
        }

        lock (_gate)
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
        lock (_gate)
        {
            slot = FindLocked(key, hash, out value, out long expires);
            found = slot != 0 && (!checkExpiry || expires > _clock.Now);
            if (found)
                _policy.Touch(slot);
            else
                value = default!;
        }

        if (slot != 0 && !found)
            RemoveExpired(key, hash);
        if (checkExpiry && found)
            _accesses.Hit();
        else if (checkExpiry)
            _accesses.Miss();
        return found;
    }

    // Whoever finds an expired entry takes it away, if it is still there and still expired.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RemoveExpired(TLookup key, uint hash)
    {
        var removals = default(RemovalBatch<TKey, TValue>);
        lock (_gate)
        {
            int slot = FindLocked(key, hash, out _, out _);
            if (slot != 0 && !IsFresh(slot))
                RemoveResident(slot, RemovalCause.Expired, ref removals);
        }

        Tell(ref removals);
    }
}
