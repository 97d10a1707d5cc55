namespace Larder.Shared;

/// <summary>How long to wait before the next attempt: doubling, bounded, and at random between half and all of it, so that processes which lost their server together do not come back together.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    /// <summary>The wait before an attempt.</summary>
    /// <param name="attempt">How many attempts have failed; none, and there is nothing to wait for.</param>
    public TimeSpan Before(int attempt)
    {
        if (attempt < 1)
            return TimeSpan.Zero;
        double most = Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 40) - 1));
        return TimeSpan.FromMilliseconds(most * (0.5 + (random.NextDouble() / 2)));
    }
}
