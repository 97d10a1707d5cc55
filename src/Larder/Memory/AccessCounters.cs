using System.Runtime.CompilerServices;

namespace Larder.Memory;

/// <summary>Hits and misses, counted exactly without an interlocked operation: every thread has a cell of its own.</summary>
/// <remarks>
/// Only the owner of a <see cref="ThreadSlot"/> writes its cell, so a plain increment loses nothing. A cell fills a
/// cache line, so threads do not slow each other down. Threads beyond the number of cells share two interlocked counters.
/// </remarks>
internal sealed class AccessCounters
{
    private const int CellLongs = 8;
    private const int MissOffset = 1;

    private static readonly int CellCount = Math.Max(64, 2 * Environment.ProcessorCount);

    // One cell of padding in front keeps the array's length, which everybody reads, off the first cell's line.
    private readonly long[] _cells = new long[(CellCount + 1) * CellLongs];
    private long _sharedHits;
    private long _sharedMisses;

    public long Hits => Sum(0) + Volatile.Read(ref _sharedHits);

    public long Misses => Sum(MissOffset) + Volatile.Read(ref _sharedMisses);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hit()
    {
        long[] cells = _cells;
        uint index = ThreadSlot.Current * CellLongs;
        if (index < (uint)cells.Length)
            cells[index]++;
        else
            Interlocked.Increment(ref _sharedHits);
    }

    public void Miss()
    {
        long[] cells = _cells;
        uint index = (ThreadSlot.Current * CellLongs) + MissOffset;
        if (index < (uint)cells.Length)
            cells[index]++;
        else
            Interlocked.Increment(ref _sharedMisses);
    }

    private long Sum(int offset)
    {
        long sum = 0;
        for (int i = CellLongs + offset; i < _cells.Length; i += CellLongs)
            sum += Volatile.Read(ref _cells[i]);
        return sum;
    }
}
