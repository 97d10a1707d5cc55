using Larder.Entries;
using Larder.Serialization;
using Larder.Time;

namespace Larder.Coherence;

/// <summary>Between an entry's times on this process's monotonic clock and the wall-clock times that an envelope carries.</summary>
internal static class Envelopes
{
    public static EnvelopeHeader HeaderOf(CacheEntry entry, Clock clock, long stamp)
    {
        long offset = clock.UtcNow.ToUnixTimeMilliseconds() - clock.Exact;
        return new EnvelopeHeader
        {
            Created = entry.Created + offset,
            FreshUntil = ToWall(entry.FreshUntil, offset),
            StaleUntil = ToWall(entry.ExpiresAt, offset),
            Sliding = entry.Traits?.SlidingMilliseconds ?? 0,
            SlidingLimit = entry.Traits is { SlidingMilliseconds: > 0 } traits ? ToWall(traits.SlidingLimit, offset) : 0,
            Epoch = stamp,
            Tags = entry.Tags,
            ETag = entry.Traits?.ETag,
            LastModified = entry.Traits?.LastModified,
        };
    }

    /// <summary>The times that an envelope says.</summary>
    public static EntryTimes TimesOf(in EnvelopeHeader header, Clock clock)
    {
        long offset = clock.UtcNow.ToUnixTimeMilliseconds() - clock.Exact;
        long fresh = FromWall(header.FreshUntil, offset);
        return new EntryTimes(
            header.Created - offset,
            fresh,
            FromWall(header.StaleUntil, offset),
            header.Sliding > 0 ? FromWall(header.SlidingLimit, offset) : fresh);
    }

    /// <summary>The times of an entry that a store has returned just now.</summary>
    /// <remarks>
    /// Hits since it was written have moved a sliding entry's end, which the store keeps by its own TTL: that it is
    /// still there says that it is fresh, and being read begins its slide anew.
    /// </remarks>
    public static EntryTimes StoredTimesOf(in EnvelopeHeader header, Clock clock)
    {
        EntryTimes written = TimesOf(header, clock);
        if (header.Sliding == 0)
            return written;
        long fresh = Math.Min(written.Limit, clock.After(TimeSpan.FromMilliseconds(header.Sliding)));
        return written with { FreshUntil = fresh, ExpiresAt = written.ExpiresAt == Clock.Never ? Clock.Never : fresh + (written.ExpiresAt - written.FreshUntil) };
    }

    public static EntryTraits? TraitsOf(in EnvelopeHeader header, in EntryTimes times) =>
        header.Tags is not { Count: > 0 } && header.Sliding == 0 && header.ETag is null && header.LastModified is null
            ? null
            : new EntryTraits
            {
                Tags = header.Tags is { Count: > 0 } tags ? [.. tags] : null,
                SlidingMilliseconds = header.Sliding,
                SlidingLimit = times.Limit,
                ETag = header.ETag,
                LastModified = header.LastModified,
            };

    private static long ToWall(long time, long offset) => time == Clock.Never ? long.MaxValue : time + offset;

    private static long FromWall(long time, long offset) => time == long.MaxValue ? Clock.Never : time - offset;
}
