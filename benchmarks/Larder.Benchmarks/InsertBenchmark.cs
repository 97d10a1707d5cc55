using Larder.Benchmarks.Subjects;

namespace Larder.Benchmarks;

/// <summary>What an insert costs that evicts: ever new keys into a full cache.</summary>
internal static class InsertBenchmark
{
    private const int Capacity = 10_000;
    private const int Batch = 10_000;
    private const int Rounds = 200;

    public static void Run(string[] arguments)
    {
        var report = new Report("insert");
        report.Text($"New int keys into a full cache of {Capacity:N0}; each evicts one.\n");
        Contestant[] contestants =
        [
            Insert<LarderSubject<int>>(),
            Insert<LarderLruSubject<int>>(),
            Insert<MicrosoftSubject<int>>(),
#if PEERS
            Insert<Subjects.Peers.FastLruSubject<int>>(),
            Insert<Subjects.Peers.TLruSubject<int>>(),
            Insert<Subjects.Peers.LfuSubject<int>>(),
#endif
        ];
        Measurement.Run(contestants, Rounds);
        report.Table(
            ["cache", "ns/op", "B/op", "ratio"],
            contestants.Select(c => new[] { c.Name, Report.Number(c.Nanoseconds), Report.Number(c.Bytes), Report.Number(c.Nanoseconds / contestants[0].Nanoseconds, 2) }));
        report.Save();
    }

    private static Contestant Insert<TSubject>()
        where TSubject : struct, ISubject<TSubject, int>
    {
        TSubject subject = TSubject.Create(Capacity);
        object value = new();
        int next = 0;
        return new Contestant(TSubject.Name, () =>
        {
            int end = next + Batch;
            for (; next < end; next++)
                subject.Set(next, value);
            return Batch;
        });
    }
}
