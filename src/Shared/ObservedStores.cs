namespace Larder.Shared;

/// <summary>The stores that a meter reports, by the first server that each was given.</summary>
/// <remarks>
/// Stores of one server are added up: one server is one series. A total never falls: what a store counted stays in its
/// server's total when it is disposed.
/// </remarks>
internal sealed class ObservedStores<TStatistics>(Func<TStatistics, long>[] counts)
{
    private readonly Lock _gate = new(); // Protects the table and everything in it.
    private readonly Dictionary<(string Host, int Port), Siblings> _servers = [];

    /// <summary>Begins to report a store.</summary>
    public void Add((string Host, int Port) server, Func<TStatistics> store)
    {
        lock (_gate)
        {
            if (!_servers.TryGetValue(server, out Siblings? siblings))
                _servers.Add(server, siblings = new Siblings(counts.Length));
            siblings.Live.Add(store);
        }
    }

    /// <summary>Stops reporting a store and keeps its totals. One that is not reported is left alone.</summary>
    public void Remove((string Host, int Port) server, Func<TStatistics> store)
    {
        lock (_gate)
        {
            if (!_servers.TryGetValue(server, out Siblings? siblings) || !siblings.Live.Remove(store))
                return;
            TStatistics last = store();
            for (int i = 0; i < counts.Length; i++)
                siblings.Gone[i] += counts[i](last);
        }
    }

    /// <summary>One count of every server: of the stores that are gone, and of each that lives.</summary>
    public List<((string Host, int Port) Server, long Total)> Read(int count)
    {
        lock (_gate)
            return [.. _servers.Select(pair => (pair.Key, pair.Value.Gone[count] + pair.Value.Live.Sum(store => counts[count](store()))))];
    }

    /// <summary>The stores of one server.</summary>
    private sealed class Siblings(int counts)
    {
        /// <summary>What stores that are gone had counted.</summary>
        public long[] Gone { get; } = new long[counts];

        public List<Func<TStatistics>> Live { get; } = [];
    }
}
