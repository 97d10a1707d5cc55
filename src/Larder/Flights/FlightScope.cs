
namespace Larder.Flights;

/// <summary>Knows inside which flight's factory the current flow of execution runs, and refuses to wait in a circle.</summary>
/// <remarks>
/// A flight waits for another when its factory asks for the other's key. Those waits are the edges of a graph; a new
/// edge that would close a cycle (of any length, through any number of callers and caches) is a deadlock, and is an
/// error for the caller who would close it. The graph is touched only by factories that wait for flights of others.
/// </remarks>
internal static class FlightScope
{
    // Guards every edge. One lock for the process: cycles can run through several caches.
    private static readonly Lock Gate = new();
    private static readonly AsyncLocal<Flight?> Running = new();
    private static readonly Dictionary<Flight, List<Flight>> WaitsFor = [];

    /// <summary>Makes the flight the one whose factory runs, for the calling async method and what it calls.</summary>
    public static void Enter(Flight flight) => Running.Value = flight;

    /// <summary>Says that the current flow is about to wait for a flight.</summary>
    /// <returns>Dispose it after the wait; <see langword="null"/> when the flow runs inside no flight.</returns>
    /// <exception cref="ReentrantFactoryException">The flight (in)directly waits for the current one.</exception>
    public static IDisposable? Wait(Flight target)
    {
        Flight? waiting = Running.Value;
        if (waiting is null || waiting.Completion.IsCompleted)
            return null;

        lock (Gate)
        {
            if (Reaches(target, waiting))
            {
                throw new ReentrantFactoryException(ReferenceEquals(target, waiting)
                    ? $"The factory of '{waiting.Key.Key}' asks the cache for '{target.Key.Key}', its own key. It would wait for itself; compute the value without the cache there."
                    : $"The factory of '{waiting.Key.Key}' asks the cache for '{target.Key.Key}', whose factory in turn waits for '{waiting.Key.Key}'. Both would wait for ever.");
            }

            return Connect(waiting, target);
        }
    }

    /// <summary>Says that the current flow is about to wait for flights that it has just made, and that wait for nobody so far.</summary>
    /// <returns>Dispose it after the wait.</returns>
    public static IDisposable? Wait(IReadOnlyList<Flight> made)
    {
        Flight? waiting = Running.Value;
        if (waiting is null || waiting.Completion.IsCompleted || made.Count == 0)
            return null;
        lock (Gate)
            return new Edges([.. made.Select(target => Connect(waiting, target))]);
    }

    /// <summary>Says that flights land together: each of them waits, as it were, for the first.</summary>
    /// <returns>Dispose it when they have landed.</returns>
    public static IDisposable Bind(IReadOnlyList<Flight> flights)
    {
        var edges = new List<Edge>(flights.Count);
        lock (Gate)
        {
            for (int i = 1; i < flights.Count; i++)
                edges.Add(Connect(flights[i], flights[0]));
        }

        return new Edges(edges);
    }

    private static Edge Connect(Flight waiting, Flight target)
    {
        if (!WaitsFor.TryGetValue(waiting, out List<Flight>? targets))
            WaitsFor.Add(waiting, targets = []);
        targets.Add(target);
        return new Edge(waiting, target);
    }

    private static bool Reaches(Flight from, Flight wanted)
    {
        var pending = new Stack<Flight>([from]);
        var seen = new HashSet<Flight>();
        while (pending.TryPop(out Flight? flight))
        {
            if (ReferenceEquals(flight, wanted))
                return true;
            if (seen.Add(flight) && WaitsFor.TryGetValue(flight, out List<Flight>? targets))
            {
                foreach (Flight target in targets)
                    pending.Push(target);
            }
        }

        return false;
    }

    private sealed class Edge(Flight waiting, Flight target) : IDisposable
    {
        public void Dispose()
        {
            lock (Gate)
            {
                List<Flight> targets = WaitsFor[waiting];
                targets.Remove(target);
                if (targets.Count == 0)
                    WaitsFor.Remove(waiting);
            }
        }
    }

    private sealed class Edges(List<Edge> edges) : IDisposable
    {
        public void Dispose()
        {
            foreach (Edge edge in edges)
                edge.Dispose();
        }
    }
}
