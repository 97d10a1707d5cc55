using System.Runtime.CompilerServices;

namespace Larder.Partitions;

/// <summary>
/// A cache's logical clock: it ticks once for every clear, of whatever size, and for nothing else.
/// </summary>
/// <remarks>
/// <para>An entry is stamped with the time at which the reading of its data began. It is valid while that stamp is
/// at least <see cref="EpochCell.ClearedAt"/> of every cell it lies under. Clearing is one write to one cell.</para>
/// <para>A reader need not look at the cells when the clock still shows the time at which the entry was last found
/// valid: no clear at all has happened since. Invariant behind that: a cell is written before the clock moves
/// (both under the lock), so whoever sees the new time sees the cell.</para>
/// </remarks>
internal sealed class EpochClock
{
    // Guards the order "cell, then clock".
    private readonly Lock _gate = new();
    private long _now = 1;
    private long _unverifiedBefore;

    public long Now
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _now);
    }

    /// <summary>Whether nobody tells at present what changes in the store: then even what is read now must be asked for again.</summary>
    public bool Distrusts { get; private set; }

    /// <summary>Whether no change in the store can have been missed since <paramref name="stamp"/>; otherwise what was read then has to be asked for again.</summary>
    public bool Trusts(long stamp) => !Distrusts && stamp >= Volatile.Read(ref _unverifiedBefore);

    /// <summary>Makes everything under the cell that was stamped before this call invalid.</summary>
    public long Clear(EpochCell cell)
    {
        lock (_gate)
            return ClearLocked(cell);
    }

    /// <summary>The same because the store told that somebody else has bumped the cell's epoch: to find the new one there is no second clear.</summary>
    public long ClearTold(EpochCell cell)
    {
        lock (_gate)
        {
            cell.Told = true;
            return ClearLocked(cell);
        }
    }

    /// <summary>Makes every entry read so far unverified, without removing it.</summary>
    /// <param name="whileReading">Whether what is read from now on is unverified, too, until the next call.</param>
    public void DistrustAll(bool whileReading)
    {
        lock (_gate)
        {
            Distrusts = whileReading;
            Volatile.Write(ref _unverifiedBefore, _now + 1);
            Volatile.Write(ref _now, _now + 1);
        }
    }

    /// <summary>Takes note of a cell's epoch in the store. When somebody else has bumped it, what memory holds under it is cleared.</summary>
    public void Learn(EpochCell cell, long storeEpoch)
    {
        lock (_gate)
        {
            if (storeEpoch <= cell.StoreEpoch)
                return;
            bool known = cell.StoreEpoch >= 0;
            bool clearedAlready = cell.Told;
            cell.StoreEpoch = storeEpoch;
            if (!known)
                return;
            cell.Told = false;
            if (!clearedAlready)
                ClearLocked(cell);
        }
    }

    /// <summary>Takes note of a clear that this process carried into the store itself, and has already done in memory.</summary>
    public void LearnOwn(EpochCell cell, long storeEpoch, long sequence)
    {
        lock (_gate)
        {
            cell.StoreEpoch = Math.Max(cell.StoreEpoch, storeEpoch);
            cell.OwnClear = (sequence, storeEpoch);
        }
    }

    private long ClearLocked(EpochCell cell)
    {
        long time = _now + 1;
        cell.SetClearedAt(time);
        Volatile.Write(ref _now, time);
        return time;
    }
}
