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
/// <para>A cell fills a cache line, so threads do not slow each other down.</para>
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

    // The first long of a cell is the page, the second the count. Pinned, so that a cell is found from its address,
    // with room to let the first one begin on a cache line.
    private readonly long[] _pinned = GC.AllocateArray<long>((PageCells + 1) * CellLongs, pinned: true);
    private readonly long* _pageCells;

    // Numbered from 1.
    private readonly long[] _threadCells = new long[(ThreadCells + 1) * CellLongs];
    private long _sharedHits;
    private long _sharedMisses;

    public AccessCounters()
    {
        nint start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pinned));
        _pageCells = (long*)((start + CellBytes - 1) & -CellBytes);
    }

    public long Hits
    {
        get
        {
            long sum = SumOfThreads(0) + Volatile.Read(ref _sharedHits);
            for (int cell = 0; cell < PageCells; cell++)
                sum += Volatile.Read(ref _pageCells[(cell * CellLongs) + 1]);
            GC.KeepAlive(_pinned);
            return sum;
        }
    }

    public long Misses => SumOfThreads(MissOffset) + Volatile.Read(ref _sharedMisses);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hit()
    {
        Unsafe.SkipInit(out byte here);
        long page = (long)((nuint)(&here) >> PageShift);
        long* cell = PageCell(page);
        if (*cell == page)
            cell[1]++;
        else
            HitElsewhere(page);
        // The cell is ours only as long as the array is.
        GC.KeepAlive(this);
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
    private long* PageCell(long page)
    {
        // Stacks lie at regular distances, which multiplicative hashing spreads.
        uint index = ((uint)page * 0x9E3779B1u) >> (32 - PageCellBits);
        return _pageCells + (index * CellLongs);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void HitElsewhere(long page)
    {
        long* cell = PageCell(page);
        if (Volatile.Read(ref *cell) == 0 && Interlocked.CompareExchange(ref *cell, page, 0) == 0)
        {
            cell[1]++;
            return;
        }

        long[] cells = _threadCells;
        uint index = ThreadSlot.Current * CellLongs;
        if (index < (uint)cells.Length)
            cells[index]++;
        else
            Interlocked.Increment(ref _sharedHits);
    }

    private long SumOfThreads(int offset)
    {
        long sum = 0;
        for (int i = CellLongs + offset; i < _threadCells.Length; i += CellLongs)
            sum += Volatile.Read(ref _threadCells[i]);
        return sum;
    }
}
