using Larder.Benchmarks.Subjects;

namespace Larder.Benchmarks;

/// <summary>What an entry costs in memory: a full cache of a million ints, after as many evictions, so that everything that grows has grown.</summary>
internal static class MemoryBenchmark
{
    private const int Entries = 1_000_000;

    // Bytes by which two collections in a row may differ.
    private const long Settled = 100_000;

    public static void Run(string[] arguments)
    {
        var report = new Report("memory");
        report.Text($"{Entries:N0} entries int -> one shared object, bounded at {Entries:N0}, filled twice over.\n");
        report.Table(
            ["cache", "bytes/entry", "entries"],
            [
                Measure<DictionarySubject<int>>(),
                Measure<LarderSubject<int>>(),
                Measure<LarderLruSubject<int>>(),
                Measure<MicrosoftSubject<int>>(),
#if PEERS
                Measure<Subjects.Peers.FastLruSubject<int>>(),
                Measure<Subjects.Peers.TLruSubject<int>>(),
                Measure<Subjects.Peers.LfuSubject<int>>(),
#endif
            ]);
        report.Save();
    }

    private static string[] Measure<TSubject>()
        where TSubject : struct, ISubject<TSubject, int>
    {
        object value = new();
        long before = Live();
        TSubject subject = TSubject.Create(Entries);
        int fill = TSubject.IsBounded ? 2 * Entries : Entries;
        for (int key = 0; key < fill; key++)
            subject.Set(key, value);
        long bytes = Live() - before;

        int held = 0;
        for (int key = 0; key < fill; key++)
        {
            if (subject.TryGet(key, out object? _))
                held++;
        }

        Console.WriteLine($"  {TSubject.Name}: {bytes / 1024 / 1024} MiB");
        return [TSubject.Name, Report.Number((double)bytes / held), held.ToString("N0")];
    }

    // Until nothing more goes: what a cache's own background work still holds of the contestant before must not count
    // for the next one.
    private static long Live()
    {
        long last = long.MaxValue;
        while (true)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            long now = GC.GetTotalMemory(forceFullCollection: true);
            if (now > last - Settled)
                return now;
            last = now;
            Thread.Sleep(300);
        }
    }
}
