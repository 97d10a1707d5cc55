using System.Globalization;

namespace Larder;

/// <summary>Collects what is wrong with options, so that all of it is told at once: each error names the option, its value and what would be right.</summary>
internal sealed class OptionErrors
{
    /// <summary>The longest span that every timer of the platform takes; the true bound lies some hours above.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private readonly List<string> _errors = [];

    public IReadOnlyList<string> All => _errors;

    /// <summary>Adds an error unless <paramref name="valid"/>.</summary>
    /// <param name="valid">Whether the value is right.</param>
    /// <param name="option">The option's name, such as <c>Store.ReadTimeout</c>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="rule">What would be right, such as <c>it must be 1 or more</c>.</param>
    public void Check<T>(bool valid, string option, T value, string rule)
    {
        if (!valid)
            _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{option} is {Readable(value)}; {rule}."));
    }

    /// <summary>Adds an error as it is.</summary>
    public void Add(string error) => _errors.Add(error);

    /// <summary>A span that may be zero but not infinite.</summary>
    public void NotNegative(string option, TimeSpan? value) =>
        Check(value is null || value >= TimeSpan.Zero, option, value, "it must be zero or more");

    /// <summary>A span that is neither zero nor infinite.</summary>
    public void Positive(string option, TimeSpan? value) =>
        Check(value is null || value > TimeSpan.Zero, option, value, "it must be positive");

    /// <summary>How long something lives: any positive span, or for ever.</summary>
    public void Lifetime(string option, TimeSpan? value) =>
        Check(value is null || value > TimeSpan.Zero || value == Timeout.InfiniteTimeSpan, option, value, "it must be positive, or Timeout.InfiniteTimeSpan for ever");

    /// <summary>How long something is waited for: what a timer takes, or for ever.</summary>
    public void Wait(string option, TimeSpan? value) =>
        Check(IsWait(value), option, value, "it must be positive and at most 49 days, or Timeout.InfiniteTimeSpan for no limit");

    /// <summary>What a timer is set to.</summary>
    public void Timer(string option, TimeSpan value) =>
        Check(IsTimer(value), option, value, "it must be positive and at most 49 days");

    /// <summary>Whether <see cref="Wait"/> has nothing to say.</summary>
    public static bool IsWait(TimeSpan? value) => value is null || value == Timeout.InfiniteTimeSpan || IsTimer(value.Value);

    /// <exception cref="InvalidCacheOptionsException">There is an error.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
            throw new InvalidCacheOptionsException(_errors);
    }

    private static bool IsTimer(TimeSpan value) => value > TimeSpan.Zero && value <= LongestTimer;

    private static string Readable<T>(T value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        TimeSpan span when span == Timeout.InfiniteTimeSpan => "infinite",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
