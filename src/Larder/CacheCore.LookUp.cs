using System.Runtime.CompilerServices;
using Larder.Entries;
using Larder.Flights;
using Larder.Keys;
using Larder.Partitions;
using Larder.Serialization;
using Larder.Time;

namespace Larder;

/// <content>The memory tier: is there an entry, and how far does it count?</content>
internal sealed partial class CacheCore
{
    /// <summary>
    /// The whole of a hit in memory: one look-up, four comparisons, one count. Anything that is not a plain fresh
    /// hit (stale, sliding, due for renewal, cloned, cleared since last looked at, of another type, observed) is
    /// left to the slow path.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHit<T>(Partition partition, CacheKey key, out T value) =>
        TryHit(key.IsNumbered ? _memory.Find(partition, key.Numbered) : _memory.Find(partition, key), out value);

    /// <inheritdoc cref="TryHit{T}(Partition, CacheKey, out T)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHit<T>(Partition partition, NumberedKey key, out T value) => TryHit(_memory.Find(partition, key), out value);

    /// <inheritdoc cref="TryHit{T}(Partition, CacheKey, out T)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHit<T>(Partition partition, ReadOnlySpan<char> key, out T value) => TryHit(_memory.Find(partition, key), out value);

    /// <inheritdoc cref="TryHit{T}(Partition, CacheKey, out T)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHit<T>(Partition partition, ReadOnlySpan<char> key, uint hash, out T value) => TryHit(_memory.Find(partition, key, hash), out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryHit<T>(CacheEntry? entry, out T value)
    {
        if (entry is not null
            && entry.GetType() == typeof(CacheEntry<T>)
            && _clock.Now < entry.FastUntil
            && entry.CheckedAt == _epochs.Now
            && !_telemetry.Observed)
        {
            _telemetry.CountHit();
            value = Unsafe.As<CacheEntry<T>>(entry).Value;
            return true;
        }

        Unsafe.SkipInit(out value);
        return false;
    }

    /// <summary>A hit in memory that is not a plain one: a copy for the caller, or an entry that this look makes a plain one again.</summary>
    public bool TryServeFromMemory<T>(in EntryKey key, EntryPolicy policy, out T value)
    {
        ThrowIfDisposed();
        // One that is to be renewed is left to whoever has the factory for it.
        if (LookUp<T>(key, policy) is not { IsFresh: true, RefreshDue: false } found)
        {
            value = default!;
            return false;
        }

        _telemetry.Hit(key.Partition, key.Key, Tiers.Memory, LeftOf(found.Entry!));
        value = Handed(found.Value, found.Entry, policy);
        return true;
    }

    private Found<T> LookUp<T>(in EntryKey key, EntryPolicy policy)
    {
        CacheEntry? entry = FindLiving(key, out Freshness freshness);
        if (entry is null)
            return default;
        if (entry is EncodedEntry encoded && DecodeInPlace<T>(key, encoded, policy) is { } decoded)
            entry = decoded;

        if (!entry.TryGetValue(out T value))
        {
            if (entry is not EncodedEntry)
                _telemetry.TypeMismatch(key.Partition, key.Key, typeof(T), entry.BoxedValue?.GetType());
            return new Found<T>(Freshness.Missing, default!, entry, RefreshDue: false);
        }

        if (freshness == Freshness.Stale)
            return new Found<T>(freshness, value, entry, RefreshDue: false);

        long now = _clock.Exact;
        if (entry.Traits is { SlidingMilliseconds: > 0 } sliding)
            Slide(key, entry, sliding, now);
        bool due = entry.Traits is { EagerRefresh: > 0 } eager && now >= eager.EagerAt(entry.FreshUntil, entry.Created) && now >= entry.ThrottledUntil;
        return new Found<T>(Freshness.Fresh, value, entry, due);
    }

    // The entry as far as it is not expired and not cleared, whatever its type.
    private CacheEntry? FindLiving(in EntryKey key, out Freshness freshness)
    {
        freshness = Freshness.Missing;
        CacheEntry? entry = _memory.Find(key.Partition, key.Key);
        if (entry is null)
            return null;

        long epoch = _epochs.Now;
        bool unverified = false;
        if (entry.CheckedAt != epoch)
        {
            if (!IsValid(key, entry))
            {
                _memory.Remove(key, entry, RemovalCause.Removed);
                return null;
            }

            unverified = entry.IsStored && (!_epochs.Trusts(entry.Stamp) || (entry.IsUntold && _store!.Guard.IsAnswering));
            if (!unverified)
                entry.Check(epoch);
        }

        long now = _clock.Exact;
        if (now >= entry.ExpiresAt)
        {
            _memory.Remove(key, entry, RemovalCause.Expired);
            return null;
        }

        freshness = unverified || now >= entry.FreshUntil ? Freshness.Stale : Freshness.Fresh;
        return entry;
    }

    // Gives an entry that came as bytes the type that it is asked for as, unless something newer has taken its place.
    private CacheEntry<T>? DecodeInPlace<T>(in EntryKey key, EncodedEntry encoded, EntryPolicy policy)
    {
        DecodeOutcome outcome = _codec.TryDecode(StoredKeyOf(key), encoded.Envelope, out _, out T value, out Exception? failure);
        if (outcome != DecodeOutcome.Ok)
        {
            _telemetry.PayloadRejected(key.Partition, key.Key, outcome.ToString(), failure);
            return null;
        }

        var times = new EntryTimes(encoded.Created, encoded.FreshUntil, encoded.ExpiresAt, encoded.Traits?.SlidingLimit ?? encoded.FreshUntil);
        var decoded = new CacheEntry<T>(value, times, encoded.Traits, encoded.Stamp) { IsStored = encoded.IsStored };
        decoded.Follow(policy);
        FlightStripe stripe = _flights.For(key);
        lock (stripe.Gate)
        {
            if (_memory.TryPeek(key, out CacheEntry? current) && ReferenceEquals(current, encoded))
                Retain(key, decoded);
        }

        return decoded;
    }

    private void Slide(in EntryKey key, CacheEntry entry, EntryTraits traits, long now)
    {
        long freshUntil = Math.Min(traits.SlidingLimit, Clock.After(now, TimeSpan.FromMilliseconds(traits.SlidingMilliseconds)));
        // A hit soon after the last one moves nothing worth a write.
        if (freshUntil - entry.FreshUntil <= traits.SlidingMilliseconds >> 5)
            return;
        entry.Slide(freshUntil);
        _memory.SetExpiry(key, entry);
        TouchStored(key, traits);
    }

    // Called under the key's stripe.
    private void Retain(in EntryKey key, CacheEntry entry)
    {
        // A hit compares nothing else: an entry that has to be verified must not look like one that has been.
        if (entry.IsStored && _epochs.Distrusts)
            entry.CheckedAt = -1;
        _memory.Set(key, entry);
    }

    /// <summary>A copy that shares nothing that can change.</summary>
    public T Copy<T>(T value) => _codec.Copy(value);

    /// <summary>The value as a caller may have it: its own copy where the entry asks for that.</summary>
    private T Handed<T>(T value, CacheEntry? entry, EntryPolicy? policy) =>
        entry?.Traits is { CloneOnRead: true } traits
            ? CopyOf(value, entry, traits)
            : policy is { CloneOnRead: true } ? _codec.Clone(value) : value;

    // The first copy leaves behind what the next ones are read from. Racing threads may each do; one of theirs stays.
    private T CopyOf<T>(T value, CacheEntry entry, EntryTraits traits)
    {
        if (entry is not CacheEntry<T>)
            return _codec.Clone(value);
        if (traits.Frozen is FrozenValue<T> frozen)
            return _codec.Thaw(frozen);
        if (_codec.TryFreeze(value) is not { } made)
            return _codec.Clone(value);
        traits.Frozen = made;
        return _codec.Thaw(made);
    }

    private TimeSpan? LeftOf(CacheEntry entry) => _clock.Until(entry.FreshUntil);
}

/// <summary>How far an entry counts.</summary>
internal enum Freshness
{
    Missing,
    Stale,
    Fresh,
}

/// <summary>What memory holds for a key.</summary>
/// <param name="Freshness">How far it counts.</param>
/// <param name="Value">The value, unless it is missing.</param>
/// <param name="Entry">The entry, also when it is missing because it has another type.</param>
/// <param name="RefreshDue">Whether a fresh entry should be renewed in the background.</param>
internal readonly record struct Found<T>(Freshness Freshness, T Value, CacheEntry? Entry, bool RefreshDue)
{
    public bool IsFresh => Freshness == Freshness.Fresh;

    public bool IsStale => Freshness == Freshness.Stale;
}
