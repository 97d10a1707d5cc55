using Larder.Partitions;

namespace Larder.Resilience;

/// <summary>A change that has to reach the store.</summary>
internal abstract class PendingWrite
{
    /// <summary>Its place among all changes of this process.</summary>
    public long Sequence { get; set; }

    /// <summary>
    /// Whether the store told of a change of the key while this was being tried: it may have been done, and something
    /// newer from elsewhere on top of it. Guarded by the slot's lock.
    /// </summary>
    public bool Overtaken { get; set; }

    /// <summary>Completes when it, or a newer change of the same key, has been tried.</summary>
    public TaskCompletionSource<WriteResult> Tried { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is remembered in its place when it could not reach the store; <see langword="null"/> when nothing has to be.</summary>
    public abstract PendingWrite? AfterFailure { get; }

    /// <summary>What it is, for logs.</summary>
    public abstract string Describe { get; }

    /// <summary>The change is in line.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>The change is done with: it reached the store, or a newer one stands for it.</summary>
    public virtual void End()
    {
    }
}

/// <summary>A value to be written.</summary>
/// <param name="partition">Where it lives: clears of this process that come before it in sequence do not concern it.</param>
/// <param name="envelope">The bytes.</param>
/// <param name="expiresAt">The clock's time at which the store may forget it.</param>
/// <param name="stamp">The epoch clock's time when the reading of the value's data began: a clear of this process after that makes the value invalid.</param>
/// <param name="value">The value: in memory it may have been found valid since, and then it has to be for the store.</param>
/// <param name="isExplicit">Whether a caller set it, rather than a factory having computed it.</param>
/// <param name="lease">The lease that it may be written under; <see langword="null"/> for unconditionally.</param>
internal sealed class PendingSet(Partition partition, byte[] envelope, long expiresAt, long stamp, IClearable value, bool isExplicit, string? lease) : PendingWrite
{
    public Partition Partition => partition;

    public byte[] Envelope => envelope;

    public long ExpiresAt => expiresAt;

    public long Stamp => stamp;

    /// <summary>Whether no clear of this process lies between the reading of the value's data and now.</summary>
    public bool IsValid(string[]? tags) => partition.IsValid(value.ValidAt, tags);

    public string? Lease => lease;

    public override string Describe => "set";

    // What a caller set is repeated. What a factory computed is not: by the time the store is back, another process
    // may have invalidated the data it was computed from. Then only the older stored value has to go.
    public override PendingWrite? AfterFailure => isExplicit ? this : lease is null ? new PendingRemove() : null;
}

/// <summary>An entry to be removed.</summary>
internal sealed class PendingRemove : PendingWrite
{
    public override string Describe => "remove";

    public override PendingWrite? AfterFailure => this;
}

/// <summary>An epoch to be bumped.</summary>
internal sealed class PendingClear(EpochCell cell) : PendingWrite
{
    public EpochCell Cell => cell;

    public override string Describe => "clear";

    public override PendingWrite? AfterFailure => this;

    public override void Begin() => Cell.BeginClear();

    public override void End() => Cell.EndClear();
}

/// <summary>What came of trying a <see cref="PendingWrite"/>.</summary>
/// <param name="Error">Why it did not reach the store.</param>
/// <param name="Refused">Whether the store refused it because its lease was void.</param>
/// <param name="Existed">Whether there was something to remove.</param>
internal readonly record struct WriteResult(Exception? Error, bool Refused = false, bool Existed = false);
