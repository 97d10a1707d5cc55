namespace Larder;

/// <summary>How a failed factory is tried again: exponential backoff with jitter.</summary>
public sealed record RetryOptions
{
    /// <summary>Never tries again.</summary>
    public static RetryOptions None => new();

    /// <summary>How many times a factory is run again after its first failure. 0 to 100. Default 0.</summary>
    public int Retries { get; set; }

    /// <summary>The pause before the first retry; it doubles with each further one, and each is varied at random. Zero to one day. Default 200 milliseconds.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause. <see cref="Delay"/> to one day. Default 10 seconds.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Which exceptions are worth another try. Default: all but cancellation.</summary>
    public Func<Exception, bool>? ShouldRetry { get; set; }
}
