using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Larder.Benchmarks;

/// <summary>Hit ratios over recorded requests, beside LRU and the offline optimum.</summary>
internal static class TracesBenchmark
{
    private static readonly double[] Shares = [0.001, 0.01, 0.05, 0.10, 0.25];
    private static readonly double[] SharesOfSmall = [0.02, 0.05, 0.10, 0.25, 0.50];
    private const int SmallTrace = 15_000;

    public static void Run(string[] arguments)
    {
        if (arguments.Length == 0 || !Directory.Exists(arguments[0]))
        {
            Console.Error.WriteLine("Usage: ./bench traces DIR [NAME...], where DIR holds *.u64.gz: gzipped little-endian 64-bit keys, one a request.");
            Environment.ExitCode = 2;
            return;
        }

        string[] wanted = arguments[1..];
        string[] files = [.. Directory.GetFiles(arguments[0], "*.u64.gz").Order(StringComparer.Ordinal)
            .Where(f => wanted.Length == 0 || wanted.Any(w => Path.GetFileName(f).Contains(w, StringComparison.Ordinal)))];
        var report = new Report("traces");
        report.Text("Hit ratio in %: unit-size entries, cold start, every request is a look-up and a write on a miss. OPT is Belady's MIN with bypass, offline.\n");

        var rows = new List<string[]>();
        var all = new List<(double Larder, double Lru, double Optimum)>();
        for (int f = 0; f < files.Length; f++)
        {
            string name = Path.GetFileName(files[f])[..^".u64.gz".Length];
            ulong[] keys = Read(files[f]);
            int distinct = keys.Distinct().Count();
            int[] next = NextUses(keys);
            foreach (double share in distinct < SmallTrace ? SharesOfSmall : Shares)
            {
                int capacity = Math.Max(1, (int)Math.Round(distinct * share, MidpointRounding.ToEven));
                Console.Error.Write($"\r{f + 1}/{files.Length} {name}, capacity {capacity}            ");
                (double Larder, double Lru, double Optimum) result = (
                    Replay(keys, capacity, EvictionPolicy.Adaptive), Replay(keys, capacity, EvictionPolicy.Lru), Optimum(keys, next, capacity));
                all.Add(result);
                rows.Add([name, keys.Length.ToString("N0"), capacity.ToString("N0"), Report.Number(share * 100), Report.Number(result.Lru, 2), Report.Number(result.Larder, 2), Report.Number(result.Optimum, 2)]);
            }
        }

        Console.Error.WriteLine();
        if (all.Count == 0)
        {
            Console.Error.WriteLine($"No trace in {arguments[0]} matches.");
            Environment.ExitCode = 2;
            return;
        }

        rows.Add([$"mean of {all.Count}", "", "", "", Report.Number(all.Average(a => a.Lru), 2), Report.Number(all.Average(a => a.Larder), 2), Report.Number(all.Average(a => a.Optimum), 2)]);
        report.Table(["trace", "requests", "capacity", "%", "LRU", "Larder", "OPT"], rows);
        report.Save();
    }

    private static ulong[] Read(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return MemoryMarshal.Cast<byte, ulong>(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)).ToArray();
    }

    private static double Replay(ulong[] keys, int capacity, EvictionPolicy eviction)
    {
        var cache = new BoundedCache<ulong, object>(new BoundedCacheOptions<ulong, object> { MaxEntries = capacity, Eviction = eviction, DefaultTtl = TimeSpan.FromDays(1) });
        object value = new();
        int hits = 0;
        foreach (ulong key in keys)
        {
            if (cache.TryGet(key, out _))
                hits++;
            else
                cache.Set(key, value);
        }

        return 100.0 * hits / keys.Length;
    }

    private static int[] NextUses(ulong[] keys)
    {
        var later = new Dictionary<ulong, int>();
        int[] next = new int[keys.Length];
        for (int i = keys.Length - 1; i >= 0; i--)
        {
            next[i] = later.GetValueOrDefault(keys[i], int.MaxValue);
            later[keys[i]] = i;
        }

        return next;
    }

    // Keeps those whose next use is nearest; a new one stays out if its own is the farthest.
    private static double Optimum(ulong[] keys, int[] next, int capacity)
    {
        var resident = new Dictionary<ulong, int>(capacity + 1);
        var farthest = new PriorityQueue<ulong, int>(capacity + 1);
        int hits = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            if (resident.ContainsKey(keys[i]))
                hits++;
            if (next[i] == int.MaxValue)
            {
                resident.Remove(keys[i]);
                continue;
            }

            resident[keys[i]] = next[i];
            farthest.Enqueue(keys[i], -next[i]);
            while (resident.Count > capacity)
            {
                // An entry of the queue that was superseded by a later use is passed over.
                if (farthest.TryDequeue(out ulong key, out int negative) && resident.TryGetValue(key, out int use) && use == -negative)
                    resident.Remove(key);
            }
        }

        return 100.0 * hits / keys.Length;
    }
}
