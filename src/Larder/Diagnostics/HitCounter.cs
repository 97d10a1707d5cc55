using System.Runtime.CompilerServices;

namespace Larder.Diagnostics;

/// <summary>
/// Counts hits, exactly, in less than a nanosecond, without two threads writing the same cache line.
/// </summary>
/// <remarks>
/// <para>A hit is the one event that happens often enough for the price of finding the thread to matter (a read of
/// thread-local memory is a call on some platforms). So a stripe here belongs not to a thread but to a page of stack,
/// found by the address of a local variable: at any moment, at most one thread runs on a page of stack.</para>
/// <list type="number">
/// <item>Stacks are mapped by whole pages of at least 4 KiB and never share one; so the thread that runs on a page is
/// the only writer of the page's stripe, and a plain read-add-write loses nothing. A thread cannot leave the page
/// between reading and writing.</item>
/// <item>When a thread ends and another's stack takes the page, the stripe counts on: nothing is folded or lost.
/// Starting a thread orders it after the end of the one whose stack it got.</item>
/// <item>A page whose places in the table are all taken by others counts by an interlocked add, as exactly.</item>
/// <item>A total never falls, and contains every hit that happened before the read.</item>
/// </list>
/// <para>A thread uses as many stripes as its stack is deep when it hits, in pages: a few. Memory: 2 KiB per cache,
/// and 160 bytes for each stripe, of which there are at most 256.</para>
/// </remarks>
internal sealed unsafe class HitCounter
{
    private const int PageBits = 12;
    private const int SlotBits = 8;
    private const int Probes = 8;

    // Protects the filling of _stripes. A place that has been taken never changes.
    private readonly Lock _filling = new();
    private readonly Stripe?[] _stripes = new Stripe?[1 << SlotBits];
    private long _crowded;

    /// <summary>How many hits there were.</summary>
    public long Total
    {
        get
        {
            long total = Interlocked.Read(ref _crowded);
            foreach (Stripe? stripe in _stripes)
                total += stripe?.Count ?? 0;
            return total;
        }
    }

    /// <summary>Counts one hit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    public void Increment()
    {
        byte here;
        nuint page = (nuint)(&here) >> PageBits;
        Stripe? stripe = _stripes[Place(page)];
        if (stripe is not null && stripe.Page == page)
            stripe.Increment();
        else
            IncrementElsewhere(page);
    }

    // Fibonacci hashing: stacks lie at regular distances, which the low bits alone would not tell apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(nuint page) => (int)((page * 0x9E37_79B9_7F4A_7C15UL) >> (64 - SlotBits));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void IncrementElsewhere(nuint page)
    {
        if (Find(page) is { } stripe)
            stripe.Increment();
        else
            Interlocked.Increment(ref _crowded);
    }

    /// <summary>The page's stripe, made if there is a place for it.</summary>
    private Stripe? Find(nuint page)
    {
        int place = Place(page);
        for (int probe = 0; probe < Probes; probe++)
        {
            ref Stripe? slot = ref _stripes[(place + probe) & (_stripes.Length - 1)];
            Stripe? stripe = Volatile.Read(ref slot);
            if (stripe is null)
            {
                lock (_filling)
                {
                    if (slot is null)
                        Volatile.Write(ref slot, new Stripe(page));
                    stripe = slot;
                }
            }

            if (stripe.Page == page)
                return stripe;
        }

        return null;
    }

    /// <summary>One page's count, with 64 bytes of room on either side, so that two are a pair of cache lines apart wherever the collector puts them.</summary>
    private sealed class Stripe(nuint page)
    {
        private const int Padding = 64 / sizeof(long);

        private Cells _cells;

        public nuint Page { get; } = page;

        public long Count => Volatile.Read(ref _cells[Padding]);

        // A volatile write: the value is seen whole on every platform, and stays a write of its own in a loop.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Increment()
        {
            ref long cell = ref _cells[Padding];
            Volatile.Write(ref cell, cell + 1);
        }

        [InlineArray(Padding + 1 + Padding)]
        private struct Cells
        {
            private long _first;
        }
    }
}
