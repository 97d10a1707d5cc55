namespace Larder;

/// <summary>How a cache asks its store, and what it does when the store fails.</summary>
public sealed record StoreOptions
{
    /// <summary>How long a read of the store, or a step of a scan over it, may take before the cache goes on without it. Positive and at most 49 days, or infinite. Default 1 second.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a caller waits for a write to the store; it is repeated in the background when it fails. Positive and at most 49 days, or infinite. Default 2 seconds.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many failures in a row (within 30 seconds) open the circuit, so that the store is not asked at all. 2 or more. Default 5.</summary>
    public int CircuitFailures { get; set; } = 5;

    /// <summary>How long an open circuit stays open before the store is tried again. 500 milliseconds to 1 day. Default 5 seconds.</summary>
    public TimeSpan CircuitBreak { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often writes and invalidations that failed are tried again. Positive and at most 49 days. Default 2 seconds.</summary>
    public TimeSpan RecoveryInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>For how many keys failed writes are remembered; one more, and the whole store is cleared when it is back. 1 or more. Default 10,000.</summary>
    public int RecoveryCapacity { get; set; } = 10_000;

    /// <summary>How long the right to compute a missing entry for all processes lasts, where the store can grant it. Longer than any factory takes. Positive and at most 49 days. Default 30 seconds.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a clear or a tag's removal the space of what it made invalid is reclaimed, in small steps. Positive and at most 49 days, or infinite for leaving it to the entries' TTL. Default 30 seconds.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(30);
}
