using Larder.Serialization;

namespace Larder.Entries;

/// <summary>What holds for one entry, with nothing left open: the caller's options over the cache's defaults, then what the factory decided.</summary>
internal sealed record EntryPolicy
{
    public required TimeSpan Ttl { get; init; }

    public TimeSpan? SlidingExpiration { get; init; }

    public DateTimeOffset? AbsoluteExpiration { get; init; }

    public required TimeSpan Grace { get; init; }

    public required TimeSpan GraceThrottle { get; init; }

    public required TimeSpan Jitter { get; init; }

    public required double EagerRefresh { get; init; }

    public required TimeSpan SoftTimeout { get; init; }

    public required TimeSpan HardTimeout { get; init; }

    public required bool CompleteInBackground { get; init; }

    public required RetryOptions Retry { get; init; }

    public IReadOnlyCollection<string>? Tags { get; init; }

    public long? Size { get; init; }

    public required Tiers Tiers { get; init; }

    /// <inheritdoc cref="EntryOptions.ReadFrom"/>
    public Tiers? ReadFrom { get; init; }

    /// <inheritdoc cref="EntryOptions.MemoryTtl"/>
    public TimeSpan? MemoryTtl { get; init; }

    public PayloadTerms PayloadTerms { get; init; }

    public required bool CloneOnRead { get; init; }

    public required bool FailSilently { get; init; }

    public string? ETag { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    public bool ReadsMemory => (ReadFrom ?? Tiers).HasFlag(Tiers.Memory);

    public bool ReadsStore => (ReadFrom ?? Tiers).HasFlag(Tiers.Store);

    public bool UsesMemory => Tiers.HasFlag(Tiers.Memory);

    public bool UsesStore => Tiers.HasFlag(Tiers.Store);

    public static EntryPolicy DefaultsOf(CacheOptions cache) => new()
    {
        Ttl = cache.DefaultTtl,
        Grace = cache.Grace,
        GraceThrottle = cache.GraceThrottle,
        Jitter = cache.Jitter,
        EagerRefresh = cache.EagerRefresh,
        SoftTimeout = cache.SoftTimeout,
        HardTimeout = cache.HardTimeout,
        CompleteInBackground = cache.CompleteInBackground,
        Retry = cache.Retry,
        Tiers = Tiers.Both,
        CloneOnRead = cache.CloneOnRead,
        FailSilently = cache.FailSilently,
    };

    /// <summary>This policy with the caller's wishes over it.</summary>
    public EntryPolicy With(TimeSpan? ttl, EntryOptions? options)
    {
        if (options is null)
            return ttl is null ? this : this with { Ttl = ttl.Value };

        return this with
        {
            Ttl = ttl ?? options.Ttl ?? Ttl,
            SlidingExpiration = options.SlidingExpiration,
            AbsoluteExpiration = options.AbsoluteExpiration,
            Grace = options.Grace ?? Grace,
            GraceThrottle = options.GraceThrottle ?? GraceThrottle,
            Jitter = options.Jitter ?? Jitter,
            EagerRefresh = options.EagerRefresh ?? EagerRefresh,
            SoftTimeout = options.SoftTimeout ?? SoftTimeout,
            HardTimeout = options.HardTimeout ?? HardTimeout,
            CompleteInBackground = options.CompleteInBackground ?? CompleteInBackground,
            Retry = options.Retry ?? Retry,
            Tags = options.Tags,
            Size = options.Size,
            Tiers = options.Tiers ?? Tiers,
            ReadFrom = options.ReadFrom,
            MemoryTtl = options.MemoryTtl,
            PayloadTerms = options.PayloadTerms,
            CloneOnRead = options.CloneOnRead ?? CloneOnRead,
            FailSilently = options.FailSilently ?? FailSilently,
        };
    }

    /// <summary>This policy after a factory had its say.</summary>
    public EntryPolicy With(EntryContext context) => this with
    {
        Ttl = context.Ttl,
        SlidingExpiration = context.SlidingExpiration,
        AbsoluteExpiration = context.AbsoluteExpiration,
        Grace = context.Grace,
        Tags = context.Tags,
        Size = context.Size,
        Tiers = context.DoNotCache ? Tiers.None : context.Tiers,
        ETag = context.Validators.ETag,
        LastModified = context.Validators.LastModified,
    };

    /// <summary>This policy with a TTL lengthened by a random part of the jitter.</summary>
    public EntryPolicy WithJitter(Random random) =>
        Jitter <= TimeSpan.Zero || Ttl == Timeout.InfiniteTimeSpan || Ttl > TimeSpan.MaxValue - Jitter
            ? this
            : this with { Ttl = Ttl + TimeSpan.FromTicks((long)(random.NextDouble() * Jitter.Ticks)) };

    /// <summary>What of this an entry carries; <see langword="null"/> for a plain one.</summary>
    public EntryTraits? TraitsFor(in EntryTimes times)
    {
        if (Tags is not { Count: > 0 } && SlidingExpiration is null && EagerRefresh <= 0 && !CloneOnRead && ETag is null && LastModified is null && Size is null)
            return null;

        return new EntryTraits
        {
            Tags = Tags is { Count: > 0 } ? [.. Tags.Distinct(StringComparer.Ordinal)] : null,
            SlidingMilliseconds = SlidingExpiration is { } sliding ? Math.Max(1, (long)sliding.TotalMilliseconds) : 0,
            SlidingLimit = times.Limit,
            EagerRefresh = EagerRefresh,
            CloneOnRead = CloneOnRead,
            ETag = ETag,
            LastModified = LastModified,
            Size = Size,
        };
    }
}
