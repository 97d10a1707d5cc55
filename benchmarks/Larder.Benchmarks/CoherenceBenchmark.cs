using Larder.Redis.Worker;

namespace Larder.Benchmarks;

/// <summary>From the moment at which a writer knows that its write is done to the moment at which the last other process has dropped the old value from its memory.</summary>
internal static class CoherenceBenchmark
{
    private const int Writes = 20_000;
    private const int BatchWrites = 100;
    private const int WarmupBatches = 40;

    public static void Run(string[] arguments) => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        using var server = new LocalRedis();
        var report = new Report("coherence", "Every single time counts: what else the machine does is in the last columns.");
        report.Text($"Processes on one machine, each with a memory of its own in front of one redis-server. {Writes:N0} writes for each row, in batches of {BatchWrites}: all processes but one");
        report.Text("hold the keys in memory; that one writes them, one after the other; they take turns. Times in µs from the writer's acknowledgement to the last process's drop,");
        report.Text("by one clock. \"Before\" is the share of writes that every process had dropped before the writer knew that it was done; they count as 0.\n");
        List<string[]> rows = [];
        foreach (int processes in (int[])[2, 4])
        {
            (double[] sorted, double before) = await MeasureAsync($"redis://127.0.0.1:{server.Port}?namespace={processes}%3A", processes);
            rows.Add([$"{processes} processes", .. ((double[])[0.5, 0.9, 0.99, 0.999, 1]).Select(share => Report.Number(Quantile(sorted, share), 0)), Report.Number(100 * before, 1) + " %"]);
        }

        report.Table(["", "p50", "p90", "p99", "p99.9", "max", "before"], rows);
        report.Text("Every one of these writes was dropped by every process; the run fails if one is not.");
        report.Save();
    }

    private static async Task<(double[] Sorted, double Before)> MeasureAsync(string address, int processes)
    {
        using CoherenceRun run = await CoherenceRun.StartAsync(address, processes, BatchWrites);
        List<double> times = [];
        for (int batch = -WarmupBatches; batch < Writes / BatchWrites; batch++)
        {
            CoherenceBatch done = await run.WriteAsync();
            if (done.Kept > 0)
                throw new InvalidOperationException($"{done.Kept} of {BatchWrites} writes were not seen by a process.");
            if (batch >= 0)
                times.AddRange(done.Microseconds);
        }

        return ([.. times.Select(static time => Math.Max(0, time)).Order()], times.Count(static time => time <= 0) / (double)times.Count);
    }

    private static double Quantile(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
