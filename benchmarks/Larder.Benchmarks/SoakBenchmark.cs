using System.Diagnostics;

namespace Larder.Benchmarks;

/// <summary>Mixed stress for half an hour, or for as many minutes as are given: every look-up is checked, memory must stay flat, bounds must hold.</summary>
internal static class SoakBenchmark
{
    private const int MaxEntries = 50_000;
    private const long MaxBytes = 8_000_000;
    private const int Threads = 4;

    public static void Run(string[] arguments)
    {
        double minutes = arguments.Length > 0 && double.TryParse(arguments[0], out double given) ? given : 30;
        long removed = 0, wrong = 0, operations = 0, overBound = 0;
        var cache = new BoundedCache<string, Payload>(new BoundedCacheOptions<string, Payload>
        {
            MaxEntries = MaxEntries,
            MaxBytes = MaxBytes,
            Weigher = (key, payload) => key.Length + payload.Bytes.Length,
            DefaultTtl = TimeSpan.FromSeconds(20),
            OnRemoved = (_, _, _) => Interlocked.Increment(ref removed),
        });
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(seed => new Thread(() => Work(seed)))];
        Array.ForEach(threads, t => t.Start());

        var report = new Report("soak");
        report.Text($"{Threads} threads, {minutes} minutes, at most {MaxEntries:N0} entries and {MaxBytes:N0} bytes.\n");
        var rows = new List<string[]>();
        var watch = Stopwatch.StartNew();
        TimeSpan step = TimeSpan.FromMinutes(Math.Max(minutes / 30, 1.0 / 60));
        while (!stop.IsCancellationRequested)
        {
            stop.Token.WaitHandle.WaitOne(step);
            BoundedCacheStatistics statistics = cache.Statistics;
            long live = GC.GetTotalMemory(forceFullCollection: true);
            string[] row = [$"{watch.Elapsed.TotalMinutes:N1}", $"{Volatile.Read(ref operations) / 1e6:N1}", $"{statistics.HitRatio * 100:N1}", $"{cache.Count:N0}", $"{cache.Bytes:N0}", $"{live / 1024.0 / 1024:N1}", $"{statistics.Evictions:N0}", $"{statistics.Expirations:N0}"];
            rows.Add(row);
            Console.Error.WriteLine(string.Join("  ", row));
        }

        Array.ForEach(threads, t => t.Join());
        report.Table(["minutes", "M operations", "hit ratio %", "entries", "bytes", "live MiB", "evictions", "expirations"], rows);
        report.Text($"Wrong values: {wrong}. Moments over a bound: {overBound}. Removals told: {removed:N0}.");
        report.Save();
        if (wrong + overBound != 0)
            Environment.ExitCode = 1;

        void Work(int seed)
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                for (int i = 0; i < 1000; i++)
                    Step(random);
                Interlocked.Add(ref operations, 1000);
                if (cache.Count > MaxEntries || cache.Bytes > MaxBytes)
                    Interlocked.Increment(ref overBound);
            }
        }

        void Step(Random random)
        {
            // A moving crowd of keys with a hot middle, and now and then a scan.
            int number = random.Next(100) == 0 ? random.Next(10_000_000) : (int)(200_000 * Math.Pow(random.NextDouble(), 3)) + (int)(Environment.TickCount64 / 1000);
            string key = $"key:{number}";
            switch (random.Next(100))
            {
                case < 80:
                    if (cache.TryGet(key, out Payload? found))
                    {
                        if (found.Number != number)
                            Interlocked.Increment(ref wrong);
                        break;
                    }

                    cache.Set(key, new Payload(number, new byte[random.Next(16, 400)]));
                    break;
                case < 92:
                    cache.Set(key, new Payload(number, new byte[random.Next(16, 400)]), TimeSpan.FromMilliseconds(random.Next(1, 30_000)));
                    break;
                case < 97:
                    cache.Remove(key);
                    break;
                case < 98:
                    cache.SetTimeToLive(key, TimeSpan.FromSeconds(random.Next(1, 60)));
                    break;
                default:
                    if (random.Next(2_000_000) == 0)
                        cache.Clear();
                    break;
            }
        }
    }

    private sealed record Payload(int Number, byte[] Bytes);
}
