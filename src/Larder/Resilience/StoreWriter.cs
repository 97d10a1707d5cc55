using System.Collections.Concurrent;
using Larder.Diagnostics;
using Larder.Time;

namespace Larder.Resilience;

/// <summary>
/// Carries this process's changes into the store: in order for each key, newest wins, remembered and repeated
/// while the store cannot be reached.
/// </summary>
/// <remarks>
/// <para>Each key with a change under way has a slot. A slot runs one store call at a time and starts the next one
/// only when the last has really ended (not merely timed out), so an old write can never land after a newer one.
/// A change that arrives meanwhile replaces the one that waits.</para>
/// <para>Invariant (G2, G11): while a key has a slot, what the store holds for it may be older than what this
/// process has acknowledged. Readers ask <see cref="Find"/> first and do not trust the store then.</para>
/// <para>Bounded: more than <see cref="StoreOptions.RecoveryCapacity"/> slots that failed are replaced by one change
/// that makes everything stored before it invalid. Nothing is forgotten; it only becomes coarser.</para>
/// </remarks>
internal sealed partial class StoreWriter : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, WriteSlot> _slots = new(StringComparer.Ordinal);
    private readonly StoreWrites _writes;
    private readonly StoreOptions _options;
    private readonly Partitions.EpochCell _everything;
    private readonly CacheTelemetry _telemetry;
    private readonly Clock _clock;
    private ITimer? _recovery;
    private long _sequence;
    private int _failed;
    private int _recovering;
    private volatile bool _disposed;

    public StoreWriter(StoreWrites writes, StoreOptions options, Partitions.EpochCell everything, Clock clock, CacheTelemetry telemetry)
    {
        _writes = writes;
        _options = options;
        _everything = everything;
        _clock = clock;
        _telemetry = telemetry;
    }

    /// <summary>From here on what has failed is tried again every <see cref="StoreOptions.RecoveryInterval"/>. Called once.</summary>
    public void BeginRecovery() =>
        _recovery = _clock.Provider.CreateTimer(static self => ((StoreWriter)self!).Recover(), this, _options.RecoveryInterval, _options.RecoveryInterval);

    /// <summary>How many changes wait for the store to come back.</summary>
    public int FailedCount => Volatile.Read(ref _failed);

    /// <summary>Puts a change in line. Called under the key's stripe, so that memory and store see one order; it starts nothing.</summary>
    public WriteTicket Enqueue(string name, PendingWrite write)
    {
        write.Sequence = Interlocked.Increment(ref _sequence);
        write.Begin();

        while (true)
        {
            WriteSlot slot = _slots.GetOrAdd(name, static name => new WriteSlot(name));
            lock (slot.Gate)
            {
                if (slot.Dead)
                    continue;

                if (slot.Failed)
                {
                    slot.Failed = false;
                    Interlocked.Decrement(ref _failed);
                }

                slot.Supersede(write);
                bool start = !slot.Running;
                if (start)
                    slot.Run();
                return new WriteTicket(slot, write, start);
            }
        }
    }

    /// <summary>Starts what <see cref="Enqueue"/> put in line, and waits for it, but no longer than a write may take.</summary>
    /// <returns>What came of it; a change that was not tried in time counts as failed, and stays in line.</returns>
    public async ValueTask<WriteResult> CompleteAsync(WriteTicket ticket, CancellationToken cancellationToken)
    {
        Start(ticket);
        Task<WriteResult> tried = ticket.Write.Tried.Task;
        if (tried.IsCompleted)
            return await tried.ConfigureAwait(false);

        try
        {
            return await tried.WaitAsync(_options.WriteTimeout, _clock.Provider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException timeout)
        {
            return new WriteResult(timeout);
        }
    }

    /// <summary>Starts what <see cref="Enqueue"/> put in line, and waits for nothing.</summary>
    public void Start(WriteTicket ticket)
    {
        if (ticket.Start)
            _ = RunAsync(ticket.Slot);
    }

    /// <summary>Told the key of a change that was overtaken, when it has been tried and before anybody is told so.</summary>
    public Action<string>? OvertakenTried { get; set; }

    /// <summary>
    /// Takes note that the key changed in the store. If it was not the change being tried now that did it, that one may
    /// be in the store already and be older, or still come and be newer, and nobody tells this process when: from here on
    /// nothing is read before the change has been tried, and what was read meanwhile is dropped then.
    /// </summary>
    public void Changed(string name)
    {
        if (_slots.IsEmpty || !_slots.TryGetValue(name, out WriteSlot? slot))
            return;
        lock (slot.Gate)
        {
            if (slot.Current is { } current)
                current.Overtaken = true;
        }
    }

    /// <summary>Looks for a change of the key that is under way or waiting.</summary>
    /// <param name="name">The stored key.</param>
    /// <param name="write">The newest change.</param>
    public PendingState Find(string name, out PendingWrite? write)
    {
        write = null;
        if (_slots.IsEmpty || !_slots.TryGetValue(name, out WriteSlot? slot))
            return PendingState.None;
        lock (slot.Gate)
        {
            write = slot.Newest;
            return slot.Dead || write is null ? PendingState.None
                : write.Overtaken && ReferenceEquals(write, slot.Current) ? PendingState.Overtaken
                : PendingState.Newest;
        }
    }

    /// <summary>Whether no change of the key is under way or waiting.</summary>
    public bool IsSettled(string name) => _slots.IsEmpty || !_slots.ContainsKey(name);

    /// <summary>Waits until the newest change of a key is in the store, but no longer than a read may take.</summary>
    /// <returns>Whether it is; otherwise the store did not take it so far.</returns>
    public async ValueTask<bool> SettledAsync(string name, CancellationToken cancellationToken)
    {
        if (!_slots.TryGetValue(name, out WriteSlot? slot))
            return true;
        PendingWrite write;
        lock (slot.Gate)
        {
            if (slot.Newest is not { } newest)
                return true;
            if (slot.Failed)
                return false;
            write = newest;
        }

        try
        {
            WriteResult result = await write.Tried.Task.WaitAsync(_options.ReadTimeout, _clock.Provider, cancellationToken).ConfigureAwait(false);
            if (result.Error is not null)
                return false;
            await slot.Idle.WaitAsync(_options.ReadTimeout, _clock.Provider, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>The earliest stamp among the values under way or waiting.</summary>
    public long OldestStamp()
    {
        long oldest = long.MaxValue;
        foreach (WriteSlot slot in _slots.Values)
        {
            lock (slot.Gate)
                oldest = Math.Min(oldest, Math.Min(StampOf(slot.Newest), StampOf(slot.Current)));
        }

        return oldest;

        static long StampOf(PendingWrite? write) => write is PendingSet set ? set.Stamp : long.MaxValue;
    }

    /// <summary>The keys whose changes are under way or waiting.</summary>
    public ICollection<string> PendingNames() => _slots.Keys;

    /// <summary>Tries everything that failed again, clears first: what is written after a clear must be stamped after it.</summary>
    public void Recover()
    {
        if (_disposed || Volatile.Read(ref _failed) == 0 || Interlocked.Exchange(ref _recovering, 1) == 1)
            return;
        _ = RecoverAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_recovery is not null)
            await _recovery.DisposeAsync().ConfigureAwait(false);
        // Give what is under way its time; what has failed gets one last try.
        Task[] running = [.. _slots.Values.Select(slot => TryClaim(slot) ? RunAsync(slot) : slot.Idle)];
        await Task.WhenAll(running).WaitAsync(_options.WriteTimeout, _clock.Provider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RecoverAsync()
    {
        try
        {
            WriteSlot[] failed = [.. _slots.Values.Where(static slot => slot.Failed)];
            foreach (WriteSlot slot in failed.OrderBy(static slot => slot.Newest is PendingClear ? 0 : 1).ThenBy(static slot => slot.Newest?.Sequence ?? 0))
            {
                if (!TryClaim(slot))
                    continue;
                await RunAsync(slot).WaitAsync(_options.WriteTimeout, _clock.Provider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (slot.Failed)
                    return; // Still down: the others would only wait for the same answer.
            }
        }
        finally
        {
            Volatile.Write(ref _recovering, 0);
        }
    }

    private bool TryClaim(WriteSlot slot)
    {
        lock (slot.Gate)
        {
            if (slot.Dead || slot.Running || slot.Newest is null)
                return false;
            if (slot.Failed)
            {
                slot.Failed = false;
                Interlocked.Decrement(ref _failed);
            }

            slot.Replaying = true;
            slot.Run();
            return true;
        }
    }

    private async Task RunAsync(WriteSlot slot)
    {
        bool more = true;
        while (more)
        {
            PendingWrite write = Take(slot);
            (WriteResult result, Task settled) = await _writes.TryAsync(slot.Name, write).ConfigureAwait(false);
            more = await EndAsync(slot, write, result, settled).ConfigureAwait(false);
        }
    }

    private static PendingWrite Take(WriteSlot slot)
    {
        lock (slot.Gate)
        {
            slot.Current = slot.Newest!;
            slot.Current.Overtaken = false;
            return slot.Current;
        }
    }

    // Says what came of a try; whether the slot has more to do.
    private async ValueTask<bool> EndAsync(WriteSlot slot, PendingWrite write, WriteResult result, Task settled)
    {
        if (write.Overtaken)
            OvertakenTried?.Invoke(slot.Name);
        write.Tried.TrySetResult(result);
        await settled.ConfigureAwait(false);
        return Advance(slot, write, result);
    }

    // Decides what the slot does next; false when it does nothing for now.
    private bool Advance(WriteSlot slot, PendingWrite tried, WriteResult result)
    {
        bool overflow = false;
        lock (slot.Gate)
        {
            bool superseded = !ReferenceEquals(slot.Newest, tried);
            PendingWrite? kept = result.Error is null || superseded ? null : tried.AfterFailure;
            if (!ReferenceEquals(kept, tried))
                tried.End();
            if (result.Error is null && slot.Replaying)
                _telemetry.RecoveryReplayed(1, FailedCount);

            slot.Current = null;
            slot.Replaying = false;
            if (superseded)
                return true;

            if (kept is null)
            {
                slot.Die();
                _slots.TryRemove(slot.Name, out _);
            }
            else
            {
                kept.Sequence = tried.Sequence;
                slot.Newest = kept;
                slot.Failed = true;
                overflow = Interlocked.Increment(ref _failed) > _options.RecoveryCapacity;
                _telemetry.RecoveryQueued(kept.Describe, FailedCount);
            }

            slot.Stop();
        }

        if (overflow)
            Overflow();
        return false;
    }

    private void Overflow()
    {
        WriteTicket everything = Enqueue(_everything.Name, new PendingClear(_everything));
        _telemetry.RecoveryOverflowed(_options.RecoveryCapacity);
        foreach (WriteSlot slot in _slots.Values)
        {
            lock (slot.Gate)
            {
                // Only what has failed and came before the clear: it is what the clear stands for.
                if (!slot.Failed || slot.Running || slot.Name == _everything.Name || slot.Newest!.Sequence > everything.Write.Sequence)
                    continue;
                slot.Newest.End();
                slot.Die();
                _slots.TryRemove(slot.Name, out _);
                Interlocked.Decrement(ref _failed);
            }
        }

        Start(everything);
    }
}
