using Microsoft.Extensions.Logging;

namespace Larder.Diagnostics;

/// <summary>
/// Keeps what a logging provider throws away from the cache: a log call in the middle of a flight must not leave
/// its waiters waiting for ever. Failures are counted (<see cref="CacheStatistics.ObserverFailures"/>).
/// </summary>
internal sealed class SafeLogger(ILogger logger, StripedCounters counters) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            counters.Increment(Tally.ObserverFailures);
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            counters.Increment(Tally.ObserverFailures);
        }
    }
}
