using System.Globalization;

namespace Larder.Hosting;

/// <summary>Reads a span of time as people write it in configuration.</summary>
/// <remarks>
/// <c>hh:mm:ss</c> with optional days in front and fractions behind (<c>1.00:00:00</c>, <c>00:00:00.250</c>); a
/// number with a unit (<c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>1.5h</c>, <c>30d</c>); or <c>infinite</c>. A number
/// alone is refused: the framework would read it as days.
/// </remarks>
internal static class SettingSpan
{
    public const string Formats = "a span such as 00:05:00, 1.00:00:00, 250ms, 30s, 5m, 1.5h, 30d or infinite";

    // Longer units first where one ends like another.
    private static readonly (string Suffix, long Ticks)[] Units =
    [
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
        ("d", TimeSpan.TicksPerDay),
    ];

    public static bool TryParse(string text, out TimeSpan span)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        if (trimmed.Equals("infinite", StringComparison.OrdinalIgnoreCase))
        {
            span = Timeout.InfiniteTimeSpan;
            return true;
        }

        if (trimmed.Contains(':'))
            return TimeSpan.TryParseExact(trimmed, "c", CultureInfo.InvariantCulture, out span);

        foreach ((string suffix, long ticks) in Units)
        {
            if (trimmed.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return TryScale(trimmed[..^suffix.Length], ticks, out span);
        }

        span = default;
        return false;
    }

    private static bool TryScale(ReadOnlySpan<char> number, long unit, out TimeSpan span)
    {
        span = default;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out decimal count)
            || Math.Abs(count) > long.MaxValue / unit)
        {
            return false;
        }

        span = new TimeSpan((long)(count * unit));
        return true;
    }
}
