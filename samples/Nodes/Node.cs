using System.Diagnostics;
using System.Globalization;

namespace Larder.Samples.Nodes;

/// <summary>One process of a service: a cache with a memory of its own in front of the shared Redis. It does what it is told, a line at a time.</summary>
internal static class Node
{
    private static readonly TimeSpan SourceLatency = TimeSpan.FromMilliseconds(250);
    private static readonly EntryOptions InMemory = new() { Tiers = Tiers.Memory };

    public static async Task RunAsync(string name, string redis)
    {
        await using Cache cache = Cache.Create(options => options.UseRedis(redis));
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            await Console.Out.WriteLineAsync(words[0] switch
            {
                "get" => await GetAsync(cache, words[1], name),
                "set" => await SetAsync(cache, words[1], words[2]),
                "dropped" => Dropped(cache, words[1]),
                _ => throw new InvalidOperationException($"'{line}' is no command; there are: get KEY, set KEY VALUE, dropped KEY."),
            });
        }
    }

    // Where the value came from is what the statistics counted.
    private static async Task<string> GetAsync(Cache cache, string key, string name)
    {
        CacheStatistics before = cache.Statistics;
        var watch = Stopwatch.StartNew();
        string value = await cache.GetOrSetAsync(key, async cancellationToken =>
        {
            await Task.Delay(SourceLatency, cancellationToken);
            return $"1.00, asked for by {name}";
        });
        TimeSpan took = watch.Elapsed;
        CacheStatistics after = cache.Statistics;
        string from = after.FactoryCalls > before.FactoryCalls ? "source" : after.StoreTierHits > before.StoreTierHits ? "Redis" : "memory";
        return string.Create(CultureInfo.InvariantCulture, $"{from}|{took.TotalMilliseconds:F3}|{value}");
    }

    private static async Task<string> SetAsync(Cache cache, string key, string value)
    {
        await cache.SetAsync(key, value);
        return Now();
    }

    // Asks nothing but its own memory, again and again, until that has let go of the entry.
    private static string Dropped(Cache cache, string key)
    {
        Console.Out.WriteLine("watching");
        while (cache.TryGet<string>(key, out _, InMemory))
            Thread.SpinWait(20);
        return Now();
    }

    // One clock for all processes of a machine.
    private static string Now() => Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
}
