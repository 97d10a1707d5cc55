namespace Larder.Redis.Diagnostics;

/// <summary>The stores that the process's meter reports, by the first server that each was given.</summary>
/// <remarks>
/// Stores of one server are added up: one server is one series. A total never falls: what a store counted stays in its
/// server's total when it is disposed. A store is added when it begins to connect; from then on it lives until it is disposed.
/// </remarks>
internal static class ObservedStores
{
    private static readonly Lock Gate = new(); // Protects the table and everything in it.
    private static readonly Dictionary<ServerAddress, Siblings> Servers = [];

    /// <summary>Begins to report a store.</summary>
    public static void Add(ServerAddress server, RedisTelemetry store)
    {
        lock (Gate)
        {
            if (!Servers.TryGetValue(server, out Siblings? siblings))
                Servers.Add(server, siblings = new Siblings());
            siblings.Live.Add(store);
        }
    }

    /// <summary>Stops reporting a store and keeps its totals.</summary>
    public static void Remove(ServerAddress server, RedisTelemetry store)
    {
        lock (Gate)
        {
            if (Servers.TryGetValue(server, out Siblings? siblings) && siblings.Live.Remove(store))
                siblings.Gone = Sum(siblings.Gone, store.Snapshot(isTracking: false));
        }
    }

    /// <summary>The counts of every server: those of the stores that are gone, and of each that lives.</summary>
    public static List<(ServerAddress Server, RedisStatistics[] Totals)> Read()
    {
        lock (Gate)
            return [.. Servers.Select(static pair => (pair.Key, (RedisStatistics[])[pair.Value.Gone, .. pair.Value.Live.Select(static store => store.Snapshot(isTracking: false))]))];
    }

    private static RedisStatistics Sum(RedisStatistics one, RedisStatistics other) => new()
    {
        Commands = one.Commands + other.Commands,
        BytesSent = one.BytesSent + other.BytesSent,
        BytesReceived = one.BytesReceived + other.BytesReceived,
        Connections = one.Connections + other.Connections,
        Disconnections = one.Disconnections + other.Disconnections,
        Reverifications = one.Reverifications + other.Reverifications,
        Redirections = one.Redirections + other.Redirections,
        Pushes = one.Pushes + other.Pushes,
        LeasesWon = one.LeasesWon + other.LeasesWon,
        LeasesWaited = one.LeasesWaited + other.LeasesWaited,
        LeasesLost = one.LeasesLost + other.LeasesLost,
        IsTracking = false,
    };

    /// <summary>The stores of one server.</summary>
    private sealed class Siblings
    {
        /// <summary>What stores that are gone had counted.</summary>
        public RedisStatistics Gone { get; set; } = new RedisTelemetry(null).Snapshot(isTracking: false);

        public List<RedisTelemetry> Live { get; } = [];
    }
}
