using System.Collections.Concurrent;
using Larder.Memory;

namespace Larder.Tests.Memory;

public sealed class ThreadSlotTests
{
    [Fact]
    public void Threads_that_live_at_the_same_time_have_different_slots()
    {
        uint[] slots = SlotsOf(24);

        Assert.Equal(24, slots.Distinct().Count());
        Assert.DoesNotContain(0u, slots);
    }

    [Fact]
    public void A_thread_keeps_its_slot()
    {
        uint slot = ThreadSlot.Current;

        Assert.Equal(slot, ThreadSlot.Current);
    }

    [Fact]
    public void Slots_of_dead_threads_are_handed_on()
    {
        uint highest = 0;
        for (int i = 0; i < 20; i++)
        {
            highest = Math.Max(highest, SlotsOf(20).Max());
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // 400 threads lived in all, at most 20 of them at once, beside those of the test run itself.
        Assert.InRange(highest, 20u, 300u);
    }

    private static uint[] SlotsOf(int count)
    {
        var slots = new ConcurrentBag<uint>();
        using var together = new Barrier(count);
        Thread[] threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            slots.Add(ThreadSlot.Current);
            together.SignalAndWait();
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return [.. slots];
    }
}
