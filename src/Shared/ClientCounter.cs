using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Larder.Shared;

/// <summary>A counter of a store's meter, read from what the store counts anyway.</summary>
internal sealed record ClientCounter<TStatistics>(string Name, string Unit, string Description, params ClientSeries<TStatistics>[] Series)
{
    /// <summary>The counter of leases by what came of them.</summary>
    public static ClientCounter<TStatistics> OfLeases(string name, Func<TStatistics, long> won, Func<TStatistics, long> waited, Func<TStatistics, long> lost) => new(
        name,
        "{lease}",
        "Leases taken, held by somebody else, and found void when the value was to be written.",
        new(won, new Tag(ClientAttributes.LeaseOutcome, ClientAttributes.Won)),
        new(waited, new Tag(ClientAttributes.LeaseOutcome, ClientAttributes.Waited)),
        new(lost, new Tag(ClientAttributes.LeaseOutcome, ClientAttributes.Lost)));
}

/// <summary>One series of a counter: what is counted, and what tells it from its siblings.</summary>
internal sealed record ClientSeries<TStatistics>(Func<TStatistics, long> Read, params Tag[] Tags);
