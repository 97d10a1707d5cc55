using Larder.Time;

namespace Larder.Entries;

/// <summary>What only some entries have.</summary>
internal sealed record EntryTraits
{
    public string[]? Tags { get; init; }

    /// <summary>How far a hit moves the end of freshness; 0 for not at all.</summary>
    public long SlidingMilliseconds { get; init; }

    /// <summary>Where sliding ends. Moves only when somebody gives the entry other times.</summary>
    public long SlidingLimit { get; set; } = Clock.Never;

    /// <summary>The share of the TTL after which a hit renews the entry; 0 for never.</summary>
    public double EagerRefresh { get; init; }

    /// <summary>Whether every reader gets a copy.</summary>
    public bool CloneOnRead { get; init; }

    /// <summary>What copies are read from, once there was one: a <c>FrozenValue</c> of the entry's type.</summary>
    public object? Frozen { get; set; }

    public string? ETag { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    public long? Size { get; init; }

    /// <summary>When the eager refresh is due: after its share of the TTL, which for an entry that slides is not the slide.</summary>
    public long EagerAt(long freshUntil, long created)
    {
        long end = SlidingMilliseconds > 0 ? SlidingLimit : freshUntil;
        return EagerRefresh > 0 && end != Clock.Never ? created + (long)((end - created) * EagerRefresh) : Clock.Never;
    }

    /// <summary>Until when a hit of an entry with these traits has nothing to do.</summary>
    public long FastUntil(long freshUntil, long created) =>
        SlidingMilliseconds > 0 || CloneOnRead ? long.MinValue : Math.Min(freshUntil, EagerAt(freshUntil, created));
}
