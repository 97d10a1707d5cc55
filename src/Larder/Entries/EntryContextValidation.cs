namespace Larder.Entries;

/// <summary>What a factory may decide about its entry.</summary>
internal static class EntryContextValidation
{
    /// <summary>Refuses what a factory decided about its entry when it is out of range.</summary>
    /// <exception cref="InvalidCacheOptionsException">Something is wrong.</exception>
    public static void Validate(this EntryContext context)
    {
        if ((context.Ttl > TimeSpan.Zero || context.Ttl == Timeout.InfiniteTimeSpan)
            && context.SlidingExpiration is not { Ticks: <= 0 }
            && context.Grace >= TimeSpan.Zero
            && context.Size is not < 0
            && (context.Tiers & ~Tiers.Both) == Tiers.None
            && EntryOptionsValidation.AreTags(context.Tags))
        {
            return;
        }

        var errors = new OptionErrors();
        EntryOptionsValidation.Lasting(context.Ttl, context.SlidingExpiration, context.Grace, errors);
        EntryOptionsValidation.Kept(context.Size, context.Tiers, context.Tags, errors);
        errors.ThrowIfAny();
    }
}
