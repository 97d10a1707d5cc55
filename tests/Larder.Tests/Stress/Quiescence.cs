namespace Larder.Tests.Stress;

/// <summary>
/// Waits until the thread pool has nothing to do: whatever can go on by itself has gone on, and the rest waits at a
/// turnstile, for a timer, or for another.
/// </summary>
/// <remarks>
/// For a thread outside the pool, with nothing else at work in the process. Should something else be, the wait ends
/// after <see cref="Patience"/>: the run is then less repeatable, and no less right.
/// </remarks>
internal sealed class Quiescence
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    // The fewest threads of the pool that were seen at work, such as one that runs the tests. Something else may have been
    // at work when this began, or may begin later: it is learned all the time.
    private int _busyAtRest = Busy();

    /// <summary>How often the patience ran out.</summary>
    public int Disturbances { get; private set; }

    public void Wait()
    {
        var spin = new SpinWait();
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        for (int calm = 0; calm < 2;)
        {
            calm = IsCalm() ? calm + 1 : 0;
            if (calm > 0)
                continue;
            spin.SpinOnce(sleep1Threshold: -1);
            if (Environment.TickCount64 > end)
            {
                // Whatever is at work after so long is there to stay.
                _busyAtRest = Busy();
                Disturbances++;
                return;
            }
        }
    }

    private bool IsCalm()
    {
        if (ThreadPool.PendingWorkItemCount != 0)
            return false;
        int busy = Busy();
        if (busy > _busyAtRest)
            return false;
        _busyAtRest = busy;
        return ThreadPool.PendingWorkItemCount == 0;
    }

    private static int Busy()
    {
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int available, out _);
        return most - available;
    }
}
