using System.Runtime.CompilerServices;
using Larder.Memory;

namespace Larder.Diagnostics;

/// <summary>
/// Counts what happens in one cache, exactly, at two or three nanoseconds an event, without two threads ever writing
/// the same cache line.
/// </summary>
/// <remarks>
/// <para>Every thread counts in a stripe of its own, found by its <see cref="ThreadSlot"/>; a total is the sum over
/// the stripes. Compared with the usual designs: one interlocked field costs some 5 ns alone and a cache miss each
/// under contention; stripes by processor id still need interlocked adds, because a thread can be moved between
/// reading the id and writing; without them they lose updates. A stripe
/// with one writer needs neither. Hits, which are the most frequent by far, go a still shorter way
/// (<see cref="AccessCounters"/>).</para>
/// <list type="number">
/// <item>A stripe is written only by the thread that holds its slot, so a plain read-add-write loses nothing.</item>
/// <item>When a thread dies its stripe stays, and the next holder of the slot counts on: nothing is folded or lost.</item>
/// <item>Stripes are only ever added; growing copies references, so a thread that still sees the old array writes
/// to the same stripe.</item>
/// <item>A total never falls, and contains every event that happened before the read (in the sense of the
/// memory model: a joined thread, an awaited task). Two totals read together are not of one instant.</item>
/// </list>
/// <para>Memory: one stripe (some 400 bytes) per cache and slot that used it.</para>
/// </remarks>
internal sealed class StripedCounters
{
    // Protects the growing of _stripes. Reading needs no lock: the array is published whole.
    private readonly Lock _growth = new();
    private readonly AccessCounters _hits = new();
    private Stripe?[] _stripes = new Stripe?[Environment.ProcessorCount + 1];

    /// <summary>How many things are counted.</summary>
    public static int Count { get; } = (int)Tally.ObserverFailures + 1;

    /// <summary>Counts a hit in memory: the same as incrementing <see cref="Tally.MemoryHits"/>, and cheaper.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountHit() => _hits.Hit();

    /// <summary>Counts one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Increment(Tally tally) => Add(tally, 1);

    /// <summary>Counts <paramref name="amount"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Tally tally, long amount)
    {
        Stripe?[] stripes = _stripes;
        uint slot = ThreadSlot.Current;
        if (slot < (uint)stripes.Length && stripes[slot] is { } stripe)
            stripe.Add(tally, amount);
        else
            GetOrAddStripe((int)slot).Add(tally, amount);
    }

    /// <summary>The total of one tally.</summary>
    public long Read(Tally tally)
    {
        long total = tally == Tally.MemoryHits ? _hits.Hits : 0;
        foreach (Stripe? stripe in Volatile.Read(ref _stripes))
            total += stripe?.Read(tally) ?? 0;
        return total;
    }

    /// <summary>Adds every total to <paramref name="totals"/>, which is indexed by <see cref="Tally"/>.</summary>
    public void AddTo(Span<long> totals)
    {
        totals[(int)Tally.MemoryHits] += _hits.Hits;
        foreach (Stripe? stripe in Volatile.Read(ref _stripes))
        {
            if (stripe is null)
                continue;
            for (int i = 0; i < totals.Length; i++)
                totals[i] += stripe.Read((Tally)i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Stripe GetOrAddStripe(int slot)
    {
        lock (_growth)
        {
            Stripe?[] stripes = _stripes;
            if (slot >= stripes.Length)
                Array.Resize(ref stripes, Math.Max(slot + 1, stripes.Length * 2));
            Stripe stripe = stripes[slot] ??= new Stripe();
            // Publishes the array with its stripes complete.
            Volatile.Write(ref _stripes, stripes);
            return stripe;
        }
    }

    /// <summary>One thread's tallies, with 64 bytes of room on either side, so that two stripes are a pair of cache lines apart wherever the collector puts them.</summary>
    private sealed class Stripe
    {
        private const int Padding = 64 / sizeof(long);

        private Cells _cells;

        // A volatile write: the value is seen whole on every platform, and stays a write of its own in a loop.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Tally tally, long amount)
        {
            ref long cell = ref _cells[Padding + (int)tally];
            Volatile.Write(ref cell, cell + amount);
        }

        public long Read(Tally tally) => Volatile.Read(ref _cells[Padding + (int)tally]);

        [InlineArray(Padding + (int)Tally.ObserverFailures + 1 + Padding)]
        private struct Cells
        {
            private long _first;
        }
    }
}
