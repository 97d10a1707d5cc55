using System.Diagnostics;

namespace Larder.Benchmarks;

/// <summary>The Redis store's client beside redis-benchmark, the server's own in C, on one local redis-server in one run.</summary>
internal static class RedisBenchmark
{
    private const int PayloadBytes = 100;
    private const int Rounds = 5;

    public static void Run(string[] arguments) => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        using var server = new LocalRedis();
        await using var store = new RedisStore($"redis://127.0.0.1:{server.Port}?tracking=broadcast&namespace=bench%3A");
        await using var tracking = new RedisStore($"redis://127.0.0.1:{server.Port}?namespace=tracked%3A");
        byte[] value = new byte[PayloadBytes];
        await store.SetAsync("key", value, null, default);
        await tracking.SetAsync("key", value, null, default);

        var report = new Report("redis");
        report.Text($"Values of {PayloadBytes} bytes, one connection each, server, client and redis-benchmark on the same machine. Medians of {Rounds} rounds in turn. \"depth\" is how many");
        report.Text("callers wait at a time; for redis-benchmark it is the length of its pipeline.\n");
        List<string[]> rows = [];
        foreach ((string name, int depth, int operations) in ((string, int, int)[])[("GET", 1, 20_000), ("GET", 16, 100_000), ("GET", 64, 200_000), ("GET", 256, 300_000), ("SET", 1, 20_000), ("SET", 16, 100_000), ("SET", 256, 200_000)])
        {
            Func<ValueTask> call = name == "GET"
                ? async () => await store.GetAsync("key", default)
                : async () => await store.SetAsync("key", value, null, default);
            Func<ValueTask> tracked = name == "GET"
                ? async () => await tracking.GetAsync("key", default)
                : async () => await tracking.SetAsync("key", value, null, default);
            await CallersAsync(depth, operations / 4, call);
            await CallersAsync(depth, operations / 4, tracked);
            List<double> ours = [];
            List<double> withTracking = [];
            List<double> theirs = [];
            for (int round = 0; round < Rounds; round++)
            {
                ours.Add(await CallersAsync(depth, operations, call));
                withTracking.Add(await CallersAsync(depth, operations, tracked));
                theirs.Add(server.Benchmark(name, Math.Min(depth, 64), operations, PayloadBytes));
            }

            double mine = Contestant.Median(ours);
            double its = Contestant.Median(theirs);
            rows.Add([$"{name}, depth {depth}", Report.Number(mine, 0), Report.Number(Contestant.Median(withTracking), 0), Report.Number(its, 0), Report.Number(mine / its, 2), Report.Number(1e6 / mine, 1), Report.Number(1e6 / its, 1)]);
        }

        report.Table(["operation", "store/s", "tracking store/s", "redis-benchmark/s", "ratio", "store µs", "redis-benchmark µs"], rows);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        const int Counted = 20_000;
        for (int i = 0; i < Counted; i++)
            await store.GetAsync("key", default);
        report.Text($"A get of {PayloadBytes} bytes allocates {(GC.GetTotalAllocatedBytes(precise: true) - before) / Counted} bytes in all, of which the payload's array is {PayloadBytes + 24}.");
        await TrackedHitBenchmark.RunAsync(report, $"redis://127.0.0.1:{server.Port}?namespace=hits%3A");
        report.Save();
    }

    /// <summary>So many callers, each one call after the other.</summary>
    /// <returns>Operations a second.</returns>
    private static async Task<double> CallersAsync(int callers, int operations, Func<ValueTask> call)
    {
        long start = Stopwatch.GetTimestamp();
        int left = operations;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await call();
        })));
        return operations / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
