namespace Larder;

/// <summary>How long an entry stays fresh.</summary>
/// <param name="Found">Whether there is a fresh entry.</param>
/// <param name="Remaining">What is left; <see langword="null"/> when it never expires or there is none.</param>
public readonly record struct TimeToLive(bool Found, TimeSpan? Remaining)
{
    /// <summary>There is no fresh entry.</summary>
    public static TimeToLive Missing => default;

    /// <summary>There is one, and it never expires.</summary>
    public bool NeverExpires => Found && Remaining is null;
}
