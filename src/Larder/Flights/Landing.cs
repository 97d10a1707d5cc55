using Larder.Entries;

namespace Larder.Flights;

/// <summary>How a flight ended.</summary>
internal enum Outcome
{
    /// <summary>The store had a fresh value.</summary>
    Stored,

    /// <summary>The factory made a value.</summary>
    Computed,

    /// <summary>The factory failed, and something stale could be served.</summary>
    Stale,

    /// <summary>The factory takes long, and something stale could be served meanwhile. How it ends is not known yet.</summary>
    Slow,

    /// <summary>There is no value: nobody computed one.</summary>
    Absent,

    /// <summary>The factory failed, and there was nothing else.</summary>
    Failed,
}

/// <summary>What a flight brought home: the same for everyone who waited.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Value">The value, unless it failed or is absent.</param>
/// <param name="Entry">The entry of the value, where there is one: to see what has been cleared meanwhile.</param>
/// <param name="Error">Why it failed.</param>
internal readonly record struct Landing<T>(Outcome Outcome, T Value, CacheEntry? Entry, Exception? Error)
{
    public static Landing<T> Absent => new(Outcome.Absent, default!, null, null);

    public static Landing<T> Failed(Exception error) => new(Outcome.Failed, default!, null, error);
}
