namespace Larder.Sqlite.Files;

/// <summary>Time in the file: microseconds since 1970 by the machine's clock, which all its processes share.</summary>
internal static class Instant
{
    public const long PerMillisecond = 1000;

    public static long Of(TimeProvider time) => (time.GetUtcNow().Ticks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The instant so long after another; no span is too long for it. Rounded up: no span is nothing.</summary>
    public static long After(long now, TimeSpan span) => now + (span.Ticks / TimeSpan.TicksPerMicrosecond) + (span.Ticks % TimeSpan.TicksPerMicrosecond > 0 ? 1 : 0);
}
