using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>Hits and misses, counted exactly, and a hit without an interlocked operation or a thread-local access.</summary>
/// <remarks>
/// <para>A hit is counted in a cell that belongs to a page of somebody's stack. No two threads run on one page, so
/// only one thread at a time writes such a cell, and a plain increment loses nothing; when a thread has ended and
/// another gets its stack, the cell goes with it. A page claims its cell once; one whose cell is taken counts in a
/// cell of its thread (<see cref="ThreadSlot"/>), which costs a thread-local access; threads beyond the number of
/// those share interlocked counters.</para>
/// <para>A cell fills a cache line, so threads do not slow each other down. A total never falls, and contains every
/// event that happened before the read.</para>
/// </remarks>
internal sealed unsafe class AccessCounters
{
    private const int CellLongs = 8;
    private const int CellBytes = CellLongs * sizeof(long);
    private const int MissOffset = 1;
    private const int PageShift = 12;
    private const int PageCellBits = 6;
    private const int PageCells = 1 << PageCellBits;

    private static readonly int ThreadCells = Math.Max(64, 2 * Environment.ProcessorCount);

    // Pinned, so that a cell is found from its address, with room to let the first one begin on a cache line.
    private readonly long[] _pinned = GC.AllocateArray<long>((PageCells + 1) * CellLongs, pinned: true);

    // Numbered from 1.
    private readonly long[] _threadCells = new long[(ThreadCells + 1) * CellLongs];
    private long _sharedHits;
    private long _sharedMisses;

    public AccessCounters()
    {
        nint start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pinned));
        HitCells = (Cell*)((start + CellBytes - 1) & -CellBytes);
    }

    /// <summary>What <see cref="TryHit"/> is to be given. Good as long as this object is.</summary>
    public Cell* HitCells { get; }

    public long Hits
    {
        get
        {
            long sum = SumOfThreads(0) + Volatile.Read(ref _sharedHits);
            for (int cell = 0; cell < PageCells; cell++)
                sum += Volatile.Read(ref HitCells[cell].Count);
            GC.KeepAlive(_pinned);
            return sum;
        }
    }

    public long Misses => SumOfThreads(MissOffset) + Volatile.Read(ref _sharedMisses);

    /// <summary>Counts a hit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hit()
    {
        long page = Page();
        if (!TryHit(HitCells, page))
            HitElsewhere(page);
        // The cells are memory that ends with this object, and the caller may have been the last to want it.
        GC.KeepAlive(this);
    }

    /// <summary>The page of stack that the caller runs on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    public static long Page()
    {
        byte here;
        return (long)((nuint)(&here) >> PageShift);
    }

    /// <summary>Counts a hit in the page's cell, if it is the page's; else <see cref="HitElsewhere"/> does.</summary>
    /// <param name="cells">An object's <see cref="HitCells"/>, which the caller has at hand.</param>
    /// <param name="page">The caller's <see cref="Page"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryHit(Cell* cells, long page)
    {
        Cell* cell = cells + PlaceOf(page);
        if (cell->Page != page)
            return false;
        cell->Count++;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void HitElsewhere(long page)
    {
        Cell* cell = HitCells + PlaceOf(page);
        if (Volatile.Read(ref cell->Page) == 0 && Interlocked.CompareExchange(ref cell->Page, page, 0) == 0)
        {
            cell->Count++;
            GC.KeepAlive(this);
            return;
        }

        long[] cells = _threadCells;
        uint index = ThreadSlot.Current * CellLongs;
        if (index < (uint)cells.Length)
            cells[index]++;
        else
            Interlocked.Increment(ref _sharedHits);
    }

    public void Miss()
    {
        long[] cells = _threadCells;
        uint index = (ThreadSlot.Current * CellLongs) + MissOffset;
        if (index < (uint)cells.Length)
            cells[index]++;
        else
            Interlocked.Increment(ref _sharedMisses);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint PlaceOf(long page)
    {
        // Stacks lie at regular distances, which multiplicative hashing spreads.
        return ((uint)page * 0x9E3779B1u) >> (32 - PageCellBits);
    }

    private long SumOfThreads(int offset)
    {
        long sum = 0;
        for (int i = CellLongs + offset; i < _threadCells.Length; i += CellLongs)
            sum += Volatile.Read(ref _threadCells[i]);
        return sum;
    }

    /// <summary>The hits of a page of stack: a cache line.</summary>
    [StructLayout(LayoutKind.Sequential, Size = CellBytes)]
    public struct Cell
    {
        public long Count;

        /// <summary>0 while nobody has claimed the cell.</summary>
        public long Page;
    }
}
