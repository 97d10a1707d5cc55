namespace Larder.Diagnostics;

/// <summary>The caches that the process's meter reports, by name.</summary>
/// <remarks>
/// <list type="number">
/// <item>Caches of one name are added up: one name is one series.</item>
/// <item>A total never falls: what a cache counted stays in its name's total when it is disposed or forgotten.</item>
/// <item>A cache that was forgotten without being disposed is not kept alive: only its counters are held.</item>
/// </list>
/// </remarks>
internal static class ObservedCaches
{
    // Protects Names and everything in it. Never held while asking a cache for its gauges.
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, Namesakes> Names = new(StringComparer.Ordinal);

    /// <summary>Begins to report a cache.</summary>
    public static void Add(string name, StripedCounters counters, CacheTelemetry cache)
    {
        lock (Gate)
        {
            if (!Names.TryGetValue(name, out Namesakes? namesakes))
                Names[name] = namesakes = new Namesakes();
            namesakes.Retire(leaving: null);
            namesakes.Live.Add(new Watched(counters, new WeakReference<CacheTelemetry>(cache)));
        }
    }

    /// <summary>Stops reporting a cache and keeps its totals. A second call does nothing.</summary>
    public static void Remove(string name, CacheTelemetry cache)
    {
        lock (Gate)
            Names[name].Retire(cache);
    }

    /// <summary>The totals of every name, indexed by <see cref="Tally"/>.</summary>
    public static List<(string Name, long[] Totals)> ReadTotals()
    {
        lock (Gate)
        {
            var all = new List<(string, long[])>(Names.Count);
            foreach ((string name, Namesakes namesakes) in Names)
            {
                long[] totals = [.. namesakes.Retired];
                foreach (Watched watched in namesakes.Live)
                    watched.Counters.AddTo(totals);
                all.Add((name, totals));
            }

            return all;
        }
    }

    /// <summary>The sum over the living caches of every name that has any.</summary>
    public static List<(string Name, long Sum)> ReadGauges(Func<CacheTelemetry, long> read)
    {
        var living = new List<(string Name, CacheTelemetry Cache)>();
        lock (Gate)
        {
            foreach ((string name, Namesakes namesakes) in Names)
            {
                foreach (Watched watched in namesakes.Live)
                {
                    if (watched.Cache.TryGetTarget(out CacheTelemetry? cache))
                        living.Add((name, cache));
                }
            }
        }

        return [.. living.GroupBy(l => l.Name, StringComparer.Ordinal).Select(g => (g.Key, g.Sum(l => read(l.Cache))))];
    }

    private readonly record struct Watched(StripedCounters Counters, WeakReference<CacheTelemetry> Cache);

    /// <summary>The caches of one name.</summary>
    private sealed class Namesakes
    {
        /// <summary>What caches that are gone had counted.</summary>
        public long[] Retired { get; } = new long[StripedCounters.Count];

        public List<Watched> Live { get; } = [];

        /// <summary>Takes over the totals of <paramref name="leaving"/> and of caches that were forgotten.</summary>
        public void Retire(CacheTelemetry? leaving)
        {
            for (int i = Live.Count - 1; i >= 0; i--)
            {
                if (Live[i].Cache.TryGetTarget(out CacheTelemetry? cache) && !ReferenceEquals(cache, leaving))
                    continue;
                Live[i].Counters.AddTo(Retired);
                Live.RemoveAt(i);
            }
        }
    }
}
