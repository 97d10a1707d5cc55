namespace Larder.Diagnostics;

/// <summary>Lets one message of a kind through per interval and counts the rest: a broken store or a hostile payload must not fill the log.</summary>
internal sealed class LogThrottle(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // The timestamp of the last message let through, plus one; 0 when there was none. Whoever moves it forward logs.
    private long _last;
    private long _suppressed;

    /// <summary>Whether to log now, and how many were suppressed since the last time.</summary>
    public bool TryEnter(out long suppressed)
    {
        long now = time.GetTimestamp();
        long last = Volatile.Read(ref _last);
        if ((last == 0 || time.GetElapsedTime(last - 1, now) >= Interval)
            && Interlocked.CompareExchange(ref _last, now + 1, last) == last)
        {
            suppressed = Interlocked.Exchange(ref _suppressed, 0);
            return true;
        }

        Interlocked.Increment(ref _suppressed);
        suppressed = 0;
        return false;
    }
}
