using System.Runtime.CompilerServices;
using Larder.Memory;

namespace Larder.Tests.Memory;

public sealed class AccessCountersTests
{
    [Fact]
    public void No_hit_is_lost_when_many_threads_hit_at_once_at_different_depths()
    {
        const int Threads = 16;
        const int Each = 2_000_000;
        var counter = new AccessCounters();

        AtOnce.Run(Threads, i => Deep(i, () => Hit(counter, Each)));

        Assert.Equal((long)Threads * Each, counter.Hits);
    }

    [Fact]
    public void No_hit_is_lost_when_threads_come_and_go_and_their_stacks_are_used_again()
    {
        var counter = new AccessCounters();
        for (int generation = 0; generation < 40; generation++)
            AtOnce.Run(8, i => Deep(i % 3, () => Hit(counter, 2_000)));

        Assert.Equal(40L * 8 * 2_000, counter.Hits);
    }

    [Fact]
    public void No_hit_is_lost_when_there_are_more_pages_than_cells()
    {
        // Each depth is a page or more below the one before: far more than 64 pages in all.
        var counter = new AccessCounters();
        long expected = 0;
        AtOnce.Run(4, thread =>
        {
            for (int depth = 0; depth < 100; depth++)
                Deep(depth, () => Hit(counter, 50));
            Interlocked.Add(ref expected, 100 * 50);
        });

        Assert.Equal(expected, counter.Hits);
    }

    [Fact]
    public void Nothing_is_lost_when_there_are_more_threads_than_cells()
    {
        int threads = (2 * Math.Max(64, 2 * Environment.ProcessorCount)) + 10;
        var counter = new AccessCounters();
        using var together = new Barrier(threads);
        AtOnce.Run(threads, i =>
        {
            counter.Miss();
            // All of them live, so no two have the same number.
            together.SignalAndWait();
            for (int n = 0; n < 200; n++)
            {
                counter.Miss();
                counter.HitElsewhere(page: 1);
                counter.HitElsewhere(page: 2 + i);
            }
        });

        Assert.Equal((threads * 400L, threads * 201L), (counter.Hits, counter.Misses));
    }

    [Fact]
    public void A_total_never_falls_while_it_is_read_beside_the_writers()
    {
        var counter = new AccessCounters();
        bool stop = false;
        Thread[] writers = [.. Enumerable.Range(0, 3).Select(i => new Thread(() => Deep(i, () =>
        {
            while (!Volatile.Read(ref stop))
                counter.Hit();
        })))];
        foreach (Thread writer in writers)
            writer.Start();

        long last = 0;
        bool fell = false;
        for (int i = 0; i < 5_000; i++)
        {
            long now = counter.Hits;
            fell |= now < last;
            last = now;
        }

        Volatile.Write(ref stop, true);
        foreach (Thread writer in writers)
            writer.Join();
        Assert.False(fell);
        Assert.True(counter.Hits >= last);
    }

    private static void Hit(AccessCounters counter, int times)
    {
        for (int i = 0; i < times; i++)
            counter.Hit();
    }

    /// <summary>Runs <paramref name="action"/> some pages further down the stack.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Deep(int pages, Action action)
    {
        Span<byte> page = stackalloc byte[4096];
        page[pages & 4095] = 1;
        if (pages == 0)
            action();
        else
            Deep(pages - 1, action);
        GC.KeepAlive(page[0]);
    }
}
