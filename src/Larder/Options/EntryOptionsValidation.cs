namespace Larder;

/// <summary>What may be asked for one entry. Checked on the slow path: a hit has no use for options.</summary>
internal static class EntryOptionsValidation
{
    // Polly's own bound on the pauses of a retry strategy.
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromDays(1);

    /// <summary>Refuses options that are out of range, naming all of them.</summary>
    /// <exception cref="InvalidCacheOptionsException">Something is wrong.</exception>
    public static void Validate(this EntryOptions options)
    {
        if (options.IsInRange())
            return;
        var errors = new OptionErrors();
        options.Validate(errors);
        errors.ThrowIfAny();
    }

    /// <summary>Refuses a time to live that a caller gave when it is out of range.</summary>
    /// <exception cref="InvalidCacheOptionsException">It is.</exception>
    public static void ValidateTtl(TimeSpan ttl)
    {
        if (ttl > TimeSpan.Zero || ttl == Timeout.InfiniteTimeSpan)
            return;
        var errors = new OptionErrors();
        errors.Lifetime("ttl", ttl);
        errors.ThrowIfAny();
    }

    /// <summary>Adds what is wrong with the options to <paramref name="errors"/>.</summary>
    public static void Validate(this EntryOptions options, OptionErrors errors)
    {
        Lasting(options.Ttl, options.SlidingExpiration, options.Grace, errors);
        errors.Positive(nameof(EntryOptions.GraceThrottle), options.GraceThrottle);
        errors.NotNegative(nameof(EntryOptions.Jitter), options.Jitter);
        EagerRefresh(options.EagerRefresh, errors);
        Timeouts(options.SoftTimeout, options.HardTimeout, errors);
        options.Retry?.Validate(nameof(EntryOptions.Retry), errors);
        Kept(options.Size, options.Tiers, options.Tags, errors);
    }

    /// <summary>Adds what is wrong with how a factory is retried.</summary>
    public static void Validate(this RetryOptions retry, string option, OptionErrors errors)
    {
        errors.Check(retry.Retries is >= 0 and <= 100, option + ".Retries", retry.Retries, "it must be 0 to 100");
        errors.Check(retry.Delay >= TimeSpan.Zero && retry.Delay <= LongestRetryDelay, option + ".Delay", retry.Delay, "it must be zero or more and at most a day");
        errors.Check(retry.MaxDelay >= retry.Delay && retry.MaxDelay <= LongestRetryDelay, option + ".MaxDelay", retry.MaxDelay, $"it must be at least {option}.Delay ({retry.Delay}) and at most a day");
    }

    internal static void EagerRefresh(double? share, OptionErrors errors) =>
        errors.Check(share is null or (>= 0 and < 1), nameof(EntryOptions.EagerRefresh), share, "it must be at least 0 (off) and less than 1");

    internal static void Timeouts(TimeSpan? soft, TimeSpan? hard, OptionErrors errors)
    {
        errors.Wait(nameof(EntryOptions.SoftTimeout), soft);
        errors.Wait(nameof(EntryOptions.HardTimeout), hard);
        if (soft > TimeSpan.Zero && hard > TimeSpan.Zero)
            errors.Check(soft < hard, nameof(EntryOptions.SoftTimeout), soft, $"it must be shorter than HardTimeout ({hard}), or it never matters");
    }

    internal static void Lasting(TimeSpan? ttl, TimeSpan? sliding, TimeSpan? grace, OptionErrors errors)
    {
        errors.Lifetime(nameof(EntryOptions.Ttl), ttl);
        errors.Positive(nameof(EntryOptions.SlidingExpiration), sliding);
        errors.NotNegative(nameof(EntryOptions.Grace), grace);
    }

    internal static void Kept(long? size, Tiers? tiers, IReadOnlyCollection<string>? tags, OptionErrors errors)
    {
        errors.Check(size is null or >= 0, nameof(EntryOptions.Size), size, "it must be zero or more");
        errors.Check(tiers is null || (tiers & ~Tiers.Both) == Tiers.None, nameof(EntryOptions.Tiers), tiers, "it must be None, Memory, Store or Both");
        errors.Check(AreTags(tags), nameof(EntryOptions.Tags), tags is null ? "" : string.Join(", ", tags), "none of them may be null or empty");
    }

    /// <summary>The same question as <see cref="Validate(EntryOptions, OptionErrors)"/>, answered without allocating. May say no where the answer is yes, never the reverse.</summary>
    private static bool IsInRange(this EntryOptions options) =>
        (options.Ttl is not { Ticks: <= 0 } || options.Ttl == Timeout.InfiniteTimeSpan)
        && options.SlidingExpiration is not { Ticks: <= 0 }
        && options.Grace is not { Ticks: < 0 }
        && options.GraceThrottle is not { Ticks: <= 0 }
        && options.Jitter is not { Ticks: < 0 }
        && options.EagerRefresh is null or (>= 0 and < 1)
        && OptionErrors.IsWait(options.SoftTimeout)
        && OptionErrors.IsWait(options.HardTimeout)
        && (options.SoftTimeout is null || options.HardTimeout is null)
        && options.Retry is null
        && options.Size is not < 0
        && (options.Tiers is null || (options.Tiers & ~Tiers.Both) == Tiers.None)
        && AreTags(options.Tags);

    internal static bool AreTags(IReadOnlyCollection<string>? tags)
    {
        if (tags is null || tags.Count == 0)
            return true;
        foreach (string tag in tags)
        {
            if (string.IsNullOrEmpty(tag))
                return false;
        }

        return true;
    }
}
