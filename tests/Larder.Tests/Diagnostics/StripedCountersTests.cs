using Larder.Diagnostics;

namespace Larder.Tests.Diagnostics;

public sealed class StripedCountersTests
{
    [Fact]
    public void No_count_is_lost_when_many_threads_count_at_once()
    {
        const int Threads = 16;
        const int Each = 200_000;
        var counters = new StripedCounters();

        AtOnce.Run(Threads, _ =>
        {
            for (int i = 0; i < Each; i++)
                counters.Increment(Tally.MemoryHits);
        });

        Assert.Equal((long)Threads * Each, counters.Read(Tally.MemoryHits));
    }

    [Fact]
    public void No_count_is_lost_when_threads_come_and_go_and_their_slots_are_handed_on()
    {
        const int Generations = 30;
        const int Threads = 8;
        const int Each = 5_000;
        var counters = new StripedCounters();

        for (int generation = 0; generation < Generations; generation++)
        {
            AtOnce.Run(Threads, _ =>
            {
                for (int i = 0; i < Each; i++)
                    counters.Add(Tally.Misses, 2);
            });
            if (generation % 5 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        Assert.Equal(2L * Generations * Threads * Each, counters.Read(Tally.Misses));
    }

    [Fact]
    public async Task A_total_never_falls_while_it_is_read_beside_the_writers()
    {
        var counters = new StripedCounters();
        using var stop = new CancellationTokenSource();
        Task writers = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                    counters.Increment(Tally.MemoryHits);
            },
            TaskCreationOptions.LongRunning)));

        long last = 0;
        for (int i = 0; i < 20_000; i++)
        {
            long now = counters.Read(Tally.MemoryHits);
            Assert.True(now >= last, $"The total fell from {last} to {now}.");
            last = now;
        }

        await stop.CancelAsync();
        await writers;
    }

    [Fact]
    public void Every_tally_has_its_own_place()
    {
        var counters = new StripedCounters();
        Tally[] all = Enum.GetValues<Tally>();
        foreach (Tally tally in all)
            counters.Add(tally, 1L << ((int)tally % 62));

        long[] totals = new long[StripedCounters.Count];
        counters.AddTo(totals);

        Assert.Equal(all.Length, StripedCounters.Count);
        Assert.All(all, tally => Assert.Equal(1L << ((int)tally % 62), totals[(int)tally]));
        Assert.All(all, tally => Assert.Equal(totals[(int)tally], counters.Read(tally)));
    }

    [Fact]
    public void Caches_do_not_share_counts()
    {
        var one = new StripedCounters();
        var other = new StripedCounters();

        one.Increment(Tally.Sets);

        Assert.Equal(0, other.Read(Tally.Sets));
    }

    [Fact]
    public void Counting_allocates_nothing_once_the_thread_is_known()
    {
        var counters = new StripedCounters();
        counters.Increment(Tally.MemoryHits);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
            counters.Increment(Tally.MemoryHits);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
