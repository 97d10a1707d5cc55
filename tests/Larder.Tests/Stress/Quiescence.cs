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

    private readonly int _busyAtRest;

    public Quiescence()
    {
        _busyAtRest = int.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            _busyAtRest = Math.Min(_busyAtRest, Busy());
            Thread.Sleep(1);
        }
    }

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
                Disturbances++;
                return;
            }
        }
    }

    private bool IsCalm() => ThreadPool.PendingWorkItemCount == 0 && Busy() <= _busyAtRest && ThreadPool.PendingWorkItemCount == 0;

    private static int Busy()
    {
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int available, out _);
        return most - available;
    }
}
