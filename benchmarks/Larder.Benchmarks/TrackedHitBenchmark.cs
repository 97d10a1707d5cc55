namespace Larder.Benchmarks;

/// <summary>A hit of an entry that came from Redis, which tells when it changes, beside a hit of a cache that has only its memory.</summary>
internal static class TrackedHitBenchmark
{
    private const int Resident = 1_000;
    private const int PassesPerBatch = 20;
    private const int Rounds = 300;

    public static async Task RunAsync(Report report, string address)
    {
        string[] keys = Workloads.Strings(Workloads.Integers(Resident));
        await using Cache memory = Cache.Create();
        await using Cache writer = Cache.Create(options => options.UseRedis(address));
        await using Cache tracked = Cache.Create(options => options.UseRedis(address));
        foreach (string key in keys)
        {
            await memory.SetAsync(key, key);
            await writer.SetAsync(key, key);
        }

        foreach (string key in keys)
            await tracked.GetOrSetAsync<string>(key, static _ => throw new InvalidOperationException("The entry is not in Redis."));
        long asked = tracked.Statistics.StoreTierHits;
        Contestant[] contestants = [new("memory only", () => Hit(memory, keys)), new("came from Redis", () => Hit(tracked, keys))];
        Measurement.Run(contestants, Rounds);
        if (asked != Resident || tracked.Statistics.StoreTierHits != asked)
            throw new InvalidOperationException($"Redis was asked {tracked.Statistics.StoreTierHits} times; once for each of {Resident} keys was expected.");

        report.Text($"\nHits by GetOrSet in memory, {Resident:N0} string keys:\n");
        report.Table(
            ["entry", "ns", "bytes", "ratio"],
            contestants.Select(contestant => new[] { contestant.Name, Report.Number(contestant.Nanoseconds), Report.Number(contestant.Bytes, 0), Report.Number(contestant.Nanoseconds / contestants[0].Nanoseconds, 2) }));
    }

    private static int Hit(Cache cache, string[] keys)
    {
        for (int pass = 0; pass < PassesPerBatch; pass++)
        {
            foreach (string key in keys)
            {
                // Not compared with the key: where both are one object that is quicker than where one came from Redis.
                if (cache.GetOrSet(key, static _ => "").Length == 0)
                    throw new InvalidOperationException($"'{key}' is not in memory.");
            }
        }

        return PassesPerBatch * keys.Length;
    }
}
