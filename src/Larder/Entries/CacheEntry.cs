using Larder.Partitions;
using Larder.Serialization;
using Larder.Time;

namespace Larder.Entries;

/// <summary>One entry of the memory tier: a value and until when it may be served.</summary>
/// <remarks>
/// Times are <see cref="Clock"/> milliseconds. An entry is fresh until <see cref="FreshUntil"/>, then stale until
/// <see cref="ExpiresAt"/>. The value never changes; the times do (sliding, SetTimeToLive), each a single 64-bit
/// write, so that a reader sees either time and never half of one.
/// </remarks>
internal abstract class CacheEntry : IClearable
{
    private long _fastUntil;
    private long _freshUntil;
    private long _checkedAt;
    private long _throttledUntil;
    private int _refreshing;
    private volatile bool _untold;

    protected CacheEntry(in EntryTimes times, EntryTraits? traits, long stamp)
    {
        Created = times.Created;
        Traits = traits;
        Stamp = stamp;
        _checkedAt = stamp;
        ExpiresAt = times.ExpiresAt;
        SetFreshUntil(times.FreshUntil);
    }

    /// <summary>
    /// Until when a hit needs nothing but this comparison: <see cref="FreshUntil"/>, or earlier when a hit has to
    /// do something (begin an eager refresh, slide, clone).
    /// </summary>
    public long FastUntil => Volatile.Read(ref _fastUntil);

    public long FreshUntil => Volatile.Read(ref _freshUntil);

    /// <summary>When the entry is of no use any more, not even stale.</summary>
    public long ExpiresAt { get; private set; }

    public long Created { get; private set; }

    /// <summary>The epoch clock's time when the reading of the entry's data began.</summary>
    public long Stamp { get; }

    /// <summary>Whether the store has it too: then it has to be verified after changes may have been missed.</summary>
    public bool IsStored { get; init; }

    /// <summary>What only some entries have; <see langword="null"/> for a plain one.</summary>
    public EntryTraits? Traits { get; private set; }

    /// <summary>The epoch clock's time at which the entry was last found valid and up to date; -1 when it has to be asked for again in the store.</summary>
    public long CheckedAt
    {
        get => Volatile.Read(ref _checkedAt);
        set => Volatile.Write(ref _checkedAt, value);
    }

    /// <summary>
    /// Whether the store may lack it although it should have it. What is not there changes without anybody being told:
    /// such an entry counts only until the store answers again.
    /// </summary>
    public bool IsUntold => _untold;

    public void MarkUntold()
    {
        // In this order, as Check() has it the other way round: one of the two sees what the other has done.
        _untold = true;
        Interlocked.MemoryBarrier();
        CheckedAt = -1;
    }

    /// <summary>The entry was found valid and up to date.</summary>
    public void Check(long epoch)
    {
        CheckedAt = epoch;
        Interlocked.MemoryBarrier();
        if (_untold)
            CheckedAt = -1;
    }

    public long ValidAt => Math.Max(Stamp, CheckedAt);

    /// <summary>While now is before this, a stale entry is served without trying its factory again.</summary>
    public long ThrottledUntil
    {
        get => Volatile.Read(ref _throttledUntil);
        set => Volatile.Write(ref _throttledUntil, value);
    }

    public abstract object? BoxedValue { get; }

    /// <summary>About how many bytes the value takes.</summary>
    public abstract long EstimateSize();

    public string[]? Tags => Traits?.Tags;

    /// <summary>Hands out the value if it can be read as a <typeparamref name="T"/>.</summary>
    public abstract bool TryGetValue<T>(out T value);

    /// <summary>The entry as it is stored.</summary>
    /// <param name="codec">Turns the value into bytes.</param>
    /// <param name="storedKey">The key that the bytes are bound to.</param>
    /// <param name="header">The entry's times and traits as they are to be stored.</param>
    /// <param name="terms">What this entry asks of its stored form.</param>
    public abstract byte[] Encode(PayloadCodec codec, string storedKey, in EnvelopeHeader header, PayloadTerms terms = default);

    /// <summary>Claims the entry's one eager refresh.</summary>
    public bool TryBeginRefresh() => Interlocked.CompareExchange(ref _refreshing, 1, 0) == 0;

    /// <summary>Gives the claim back after a refresh that failed, so that a later hit tries again.</summary>
    public void EndRefresh() => Volatile.Write(ref _refreshing, 0);

    /// <summary>Gives an entry that comes from a store or a snapshot, and that nobody else has yet, what those do not keep.</summary>
    public void Follow(EntryPolicy policy)
    {
        if (policy.EagerRefresh <= 0 && !policy.CloneOnRead)
            return;
        Traits = (Traits ?? new EntryTraits()) with { EagerRefresh = policy.EagerRefresh, CloneOnRead = policy.CloneOnRead };
        SetFreshUntil(FreshUntil);
    }

    /// <summary>Ends the entry's freshness in memory before its TTL, and its grace with it. For an entry that nobody else has yet.</summary>
    public void EndInMemory(long until, TimeSpan grace)
    {
        if (until >= FreshUntil)
            return;
        ExpiresAt = Math.Min(ExpiresAt, Clock.After(until, grace));
        SetFreshUntil(until);
    }

    /// <summary>Gives the entry other times; its value stays.</summary>
    public void SetTimes(in EntryTimes times)
    {
        if (Traits is { SlidingMilliseconds: > 0 } sliding)
            sliding.SlidingLimit = times.Limit;
        Created = times.Created;
        ExpiresAt = times.ExpiresAt;
        SetFreshUntil(times.FreshUntil);
    }

    /// <summary>Moves the end of freshness, and the end of grace with it.</summary>
    public void Slide(long freshUntil)
    {
        if (ExpiresAt != Clock.Never && freshUntil != Clock.Never)
            ExpiresAt += Math.Max(0, freshUntil - FreshUntil);
        SetFreshUntil(freshUntil);
    }

    private void SetFreshUntil(long freshUntil)
    {
        Volatile.Write(ref _freshUntil, freshUntil);
        Volatile.Write(ref _fastUntil, Traits?.FastUntil(freshUntil, Created) ?? freshUntil);
    }
}

/// <summary>An entry whose value's type is known.</summary>
internal sealed class CacheEntry<T>(T value, in EntryTimes times, EntryTraits? traits, long stamp)
    : CacheEntry(times, traits, stamp)
{
    public T Value { get; } = value;

    public override object? BoxedValue => Value;

    public override long EstimateSize() => EntryWeigher.Estimate(Value);

    public override bool TryGetValue<TWanted>(out TWanted value)
    {
        if (typeof(TWanted) == typeof(T))
        {
            value = (TWanted)(object)Value!;
            return true;
        }

        if (Value is TWanted wanted)
        {
            value = wanted;
            return true;
        }

        // A cached null is a value of every type that has a null and can hold a T.
        value = default!;
        return Value is null && default(TWanted) is null && typeof(TWanted).IsAssignableFrom(typeof(T));
    }

    public override byte[] Encode(PayloadCodec codec, string storedKey, in EnvelopeHeader header, PayloadTerms terms = default) =>
        codec.Encode(storedKey, header, Value, terms);
}

/// <summary>An entry that came as bytes and that nobody has asked for yet, so that its type is not known.</summary>
internal sealed class EncodedEntry(ReadOnlyMemory<byte> envelope, in EntryTimes times, EntryTraits? traits, long stamp)
    : CacheEntry(times, traits, stamp)
{
    public ReadOnlyMemory<byte> Envelope { get; } = envelope;

    public override object? BoxedValue => null;

    public override long EstimateSize() => Envelope.Length;

    public override bool TryGetValue<T>(out T value)
    {
        value = default!;
        return false;
    }

    public override byte[] Encode(PayloadCodec codec, string storedKey, in EnvelopeHeader header, PayloadTerms terms = default) =>
        codec.TryRewrite(storedKey, Envelope, header, out byte[] rewritten) == DecodeOutcome.Ok
            ? rewritten
            : throw new InvalidDataException("The entry's envelope can no longer be read.");
}
