namespace Larder.Tests.Stress;

/// <summary>What stands behind the caches of a run.</summary>
internal enum Topology
{
    /// <summary>One cache, memory only.</summary>
    MemoryOnly,

    /// <summary>Two caches, each with its own connection to one store with leases and coherence.</summary>
    TwoCaches,

    /// <summary>One cache on a store that fails, hangs and comes back; the store tells of no changes and grants no leases.</summary>
    FailingStore,

    /// <summary>The same, with leases and coherence.</summary>
    FailingCapableStore,
}

/// <summary>What one run does; all of it follows from its seed.</summary>
internal sealed record RunPlan
{
    public static readonly TimeSpan Ttl = TimeSpan.FromMinutes(1);

    public required int Seed { get; init; }

    public required Topology Topology { get; init; }

    public int Keys { get; init; } = 2;

    public int Clients { get; init; } = 4;

    public int OperationsPerClient { get; init; } = 8;

    /// <summary>Whether time jumps beyond the TTL, and whether nothing can lengthen it.</summary>
    public bool Expires { get; init; }

    public bool Grace { get; init; }

    public bool EagerRefresh { get; init; }

    public bool Timeouts { get; init; }

    public bool CompleteInBackground { get; init; }

    /// <summary>Whether factories throw at times.</summary>
    public bool FactoriesThrow { get; init; }

    /// <summary>Whether factories and the store look at their tokens.</summary>
    public bool HonoursCancellation { get; init; }

    /// <summary>Whether many keys are asked for at once.</summary>
    public bool Many { get; init; }

    /// <summary>Whether TTLs are changed.</summary>
    public bool ChangesTtl { get; init; }

    /// <summary>How often the scheduler prefers going on with what is under way over beginning something new.</summary>
    public double GateBias { get; init; } = 0.5;

    /// <summary>Which store calls can be interrupted before and after they are done: bits of a hash of their names.</summary>
    public int GateMask { get; init; } = ~0;

    /// <summary>The most entries; null for no bound.</summary>
    public int? MaxEntries { get; init; }

    public bool Fails => Topology is Topology.FailingStore or Topology.FailingCapableStore;

    public int Caches => Topology == Topology.TwoCaches ? 2 : 1;

    /// <summary>Whether a jump in time ends every entry: not when stale values are served, or TTLs are changed.</summary>
    public bool ChecksExpiry => Expires && !Grace && !ChangesTtl;

    /// <summary>Whether one flight runs for all caches.</summary>
    public bool OneFlightForAll => Topology == Topology.TwoCaches;

    /// <summary>How many changes are remembered one by one while the store fails.</summary>
    public int RecoveryCapacity => Seed % 4 == 0 ? 2 : 100;

    /// <summary>
    /// Whether a change can still invalidate after it was acknowledged: a clear whose reply was lost is later found in
    /// the store, and nobody can tell it from somebody else's. Too many changes that failed become a clear.
    /// </summary>
    public bool OutlivesAcknowledgement(Change change) => Fails && (RecoveryCapacity < 100 || change.What is not ("set" or "remove" or "remove many"));

    /// <summary>Whether a change binds a value: wherever it was made, except that a pattern does not find what is being computed in other processes.</summary>
    public static bool Binds(Change change, int madeIn) => change.Cache == madeIn || change.What != "pattern";

    public static RunPlan Of(Topology topology, int seed)
    {
        var random = new Random(seed);
        bool expires = random.Next(3) == 0;
        return new RunPlan
        {
            Seed = seed,
            Topology = topology,
            Keys = random.Next(1, 4),
            Clients = random.Next(2, 6),
            OperationsPerClient = random.Next(4, 12),
            Expires = expires,
            Grace = random.Next(3) == 0,
            EagerRefresh = random.Next(4) == 0,
            Timeouts = random.Next(4) == 0,
            CompleteInBackground = random.Next(2) == 0,
            FactoriesThrow = random.Next(4) == 0,
            HonoursCancellation = random.Next(2) == 0,
            Many = random.Next(3) == 0,
            ChangesTtl = random.Next(4) == 0,
            GateBias = random.Next(3) switch { 0 => 0.15, 1 => 0.5, _ => 0.85 },
            GateMask = random.Next(3) == 0 ? ~0 : random.Next(),
        };
    }
}
