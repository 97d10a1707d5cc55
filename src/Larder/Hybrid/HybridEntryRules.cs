using Larder.Serialization;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Hybrid;

/// <summary>What the options of a HybridCache call mean for Larder's entry.</summary>
/// <param name="options">What holds for calls that say nothing.</param>
/// <param name="cache">Says whether there is anything but memory, and its own default TTL, which may change.</param>
internal sealed class HybridEntryRules(LarderHybridCacheOptions options, Cache cache)
{
    private readonly TimeSpan? _expiration = options.DefaultEntryOptions?.Expiration;
    private readonly TimeSpan? _localExpiration = LocalOf(options.DefaultEntryOptions) ?? options.DefaultEntryOptions?.Expiration;

    /// <summary>The flags of a call without any.</summary>
    public HybridCacheEntryFlags DefaultFlags { get; } = options.DefaultEntryOptions?.Flags ?? HybridCacheEntryFlags.None;

    /// <summary>Whether anything is to be written.</summary>
    public bool Writes(HybridCacheEntryFlags flags) => KeptIn(flags, memoryOnly: false) != Tiers.None;

    /// <summary>The options of one entry.</summary>
    /// <param name="call">What the call says.</param>
    /// <param name="flags">The call's flags, or the default ones.</param>
    /// <param name="tags">The entry's tags.</param>
    /// <param name="memoryOnly">Whether the store is to be left alone, whatever the flags say.</param>
    /// <param name="copy">Whether every caller gets a copy of its own.</param>
    public EntryOptions OptionsOf(HybridCacheEntryOptions? call, HybridCacheEntryFlags flags, IReadOnlyCollection<string>? tags, bool memoryOnly, bool copy)
    {
        Tiers kept = KeptIn(flags, memoryOnly);
        Tiers read = ReadFrom(flags, memoryOnly);
        TimeSpan total = call?.Expiration ?? _expiration ?? cache.DefaultTtl;
        TimeSpan local = LocalOf(call) ?? call?.Expiration ?? _localExpiration ?? cache.DefaultTtl;
        bool alone = !kept.HasFlag(Tiers.Store) && !read.HasFlag(Tiers.Store);
        return new EntryOptions
        {
            Ttl = alone ? local : total,
            MemoryTtl = alone ? null : local,
            Tiers = kept,
            ReadFrom = read == Tiers.Both && kept == Tiers.Both ? null : read,
            Tags = tags,
            CloneOnRead = copy,
            PayloadTerms = new PayloadTerms(options.DisableCompression || flags.HasFlag(HybridCacheEntryFlags.DisableCompression), (int)options.MaximumPayloadBytes),
        };
    }

    // What one options object says: its local expiration, and never more than its whole one. What it leaves open is not
    // taken from the defaults piece by piece: a call that gives only an expiration means it for memory, too.
    private static TimeSpan? LocalOf(HybridCacheEntryOptions? call) =>
        call?.LocalCacheExpiration is { } local && call.Expiration is { } total && IsLonger(local, total) ? total : call?.LocalCacheExpiration;

    private static bool IsLonger(TimeSpan span, TimeSpan than) => than != Timeout.InfiniteTimeSpan && (span > than || span == Timeout.InfiniteTimeSpan);

    private Tiers KeptIn(HybridCacheEntryFlags flags, bool memoryOnly) =>
        TiersOf(flags, HybridCacheEntryFlags.DisableLocalCacheWrite, HybridCacheEntryFlags.DisableDistributedCacheWrite, memoryOnly);

    private Tiers ReadFrom(HybridCacheEntryFlags flags, bool memoryOnly) =>
        TiersOf(flags, HybridCacheEntryFlags.DisableLocalCacheRead, HybridCacheEntryFlags.DisableDistributedCacheRead, memoryOnly);

    private Tiers TiersOf(HybridCacheEntryFlags flags, HybridCacheEntryFlags notLocal, HybridCacheEntryFlags notDistributed, bool memoryOnly) =>
        (flags.HasFlag(notLocal) ? Tiers.None : Tiers.Memory)
        | (flags.HasFlag(notDistributed) || memoryOnly || !cache.HasStore ? Tiers.None : Tiers.Store);
}
