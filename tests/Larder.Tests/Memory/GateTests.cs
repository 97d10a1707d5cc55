using Larder.Memory;

namespace Larder.Tests.Memory;

public sealed class GateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void One_thread_at_a_time_holds_it_and_who_sleeps_is_woken()
    {
        var gate = new Gate();
        int inside = 0, most = 0;
        long held = 0;
        AtOnce.Run(8, thread =>
        {
            for (int i = 0; i < 500; i++)
            {
                using (gate.Enter())
                {
                    most = Math.Max(most, ++inside);
                    held++;
                    // Long enough that the others give up spinning and sleep.
                    if (i % 50 == thread)
                        Thread.Sleep(1);
                    inside--;
                }
            }
        });

        Assert.Equal((1, 8 * 500), (most, held));
    }

    [Fact]
    public void A_waiter_that_is_interrupted_leaves_the_others_no_worse_off()
    {
        var gate = new Gate();
        long held = 0;
        int interrupted = 0;
        bool stop = false;
        Thread[] waiters = [.. Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                try
                {
                    using (gate.Enter())
                    {
                        held++;
                        Thread.SpinWait(3_000);
                    }
                }
                catch (ThreadInterruptedException)
                {
                    Interlocked.Increment(ref interrupted);
                }
            }
        }) { IsBackground = true })];
        Array.ForEach(waiters, waiter => waiter.Start());

        var random = new Random(1);
        for (int i = 0; i < 4_000; i++)
        {
            waiters[random.Next(waiters.Length)].Interrupt();
            Thread.SpinWait(20_000);
        }

        Volatile.Write(ref stop, true);
        Assert.All(waiters, waiter => Assert.True(waiter.Join(Patience), "A waiter sleeps although nobody holds the gate."));
        Assert.InRange(interrupted, 1, int.MaxValue);
        Assert.InRange(held, 1, long.MaxValue);
    }
}
