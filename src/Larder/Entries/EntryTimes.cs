using System.Runtime.InteropServices;
using Larder.Time;

namespace Larder.Entries;

/// <summary>When an entry was made, until when it is fresh, until when it may be served stale, and where sliding ends, in <see cref="Clock"/> milliseconds.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EntryTimes(long Created, long FreshUntil, long ExpiresAt, long Limit)
{
    // The wall-clock times that a store keeps are a millisecond off at most: what has passed must have passed there, too.
    private static readonly TimeSpan Passed = TimeSpan.FromMilliseconds(-2);

    /// <summary>The times of an entry that is written now.</summary>
    public static EntryTimes From(Clock clock, EntryPolicy policy)
    {
        long now = clock.Exact;
        long end = Clock.After(now, policy.Ttl);
        if (policy.AbsoluteExpiration is { } absolute)
            end = Math.Min(end, Clock.After(now, Max(absolute - clock.UtcNow, Passed)));

        long fresh = policy.SlidingExpiration is { } sliding ? Math.Min(end, Clock.After(now, sliding)) : end;
        return new EntryTimes(now, fresh, Clock.After(fresh, policy.Grace), end);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
