using System.Diagnostics;
using Larder.Partitions;
using static Larder.Diagnostics.TelemetryNames;

namespace Larder.Diagnostics;

/// <content>Factories and flights.</content>
internal sealed partial class CacheTelemetry
{
    /// <summary>A factory begins to run. Tell the result how it ended, exactly once.</summary>
    public FactoryRun StartFactory(Partition partition, string key)
    {
        _counters.Increment(Tally.FactoryCalls);
        if (_decisions is { } log)
            LogMessages.FactoryStarted(log, _cache, key, Public(partition));
        return new FactoryRun(this, partition, key, StartSpan(Spans.Factory, ActivityKind.Internal), _time.GetTimestamp());
    }

    /// <summary>A look-up waits for a run that another caller started.</summary>
    public void FlightJoined(Partition partition, string key)
    {
        _counters.Increment(Tally.FlightsJoined);
        if (_decisions is { } log)
            LogMessages.FlightJoined(log, _cache, key, Public(partition));
    }

    /// <summary>A hit started a run in the background.</summary>
    public void EagerRefreshStarted(Partition partition, string key)
    {
        _counters.Increment(Tally.EagerRefreshes);
        if (_decisions is { } log)
            LogMessages.EagerRefresh(log, _cache, key, Public(partition));
    }

    /// <summary>A look-up stopped waiting for the factory because something stale could be served.</summary>
    public void SoftTimeout(Partition partition, string key, TimeSpan limit)
    {
        _counters.Increment(Tally.SoftTimeouts);
        if (_decisions is { } log)
            LogMessages.FactoryTimeout(log, _cache, Values.Soft, limit.TotalMilliseconds, key, Public(partition));
    }

    /// <summary>A look-up stopped waiting for the factory at all.</summary>
    public void HardTimeout(Partition partition, string key, TimeSpan limit)
    {
        _counters.Increment(Tally.HardTimeouts);
        if (_decisions is { } log)
            LogMessages.FactoryTimeout(log, _cache, Values.Hard, limit.TotalMilliseconds, key, Public(partition));
    }

    /// <summary>For <see cref="FactoryRun"/>.</summary>
    internal void FactoryCompleted(Partition partition, string key, Activity? activity, long started)
    {
        TimeSpan duration = EndFactory(activity, started, Values.Ok, null);
        if (_decisions is { } log)
            LogMessages.FactoryCompleted(log, _cache, key, Public(partition), duration.TotalMilliseconds);
    }

    /// <summary>For <see cref="FactoryRun"/>.</summary>
    internal void FactoryFailed(Partition partition, string key, Activity? activity, long started, Exception exception, bool hidden)
    {
        _counters.Increment(Tally.FactoryFailures);
        TimeSpan duration = EndFactory(activity, started, Values.Failed, exception);
        if (_decisions is { } log)
            LogMessages.FactoryFailed(log, _cache, key, Public(partition), duration.TotalMilliseconds, exception.GetType().Name);
        // An exception that reaches a caller is the caller's to log.
        if (hidden)
            LogMessages.FactoryFailedUnseen(_logger, exception, _cache, key, Public(partition));
        if (_events.FactoryFailedHandlers is { } handlers)
            _events.Raise(handlers, new FactoryFailedEvent(_cache, Public(partition), key, exception, hidden), this);
    }

    /// <summary>For <see cref="FactoryRun"/>.</summary>
    internal void FactoryCancelled(Partition partition, string key, Activity? activity, long started)
    {
        _counters.Increment(Tally.FactoryCancellations);
        TimeSpan duration = EndFactory(activity, started, Values.Cancelled, null);
        if (_decisions is { } log)
            LogMessages.FactoryCancelled(log, _cache, key, Public(partition), duration.TotalMilliseconds);
    }

    private TimeSpan EndFactory(Activity? activity, long started, string outcome, Exception? exception)
    {
        TimeSpan duration = _time.GetElapsedTime(started);
        _counters.Add(Tally.FactoryTicks, duration.Ticks);
        LarderMeter.RecordFactory(_cache, duration, outcome, exception);
        if (activity is not null)
        {
            activity.SetTag(Attributes.Outcome, outcome);
            if (exception is not null)
                activity.SetError(exception);
            activity.Dispose();
        }

        return duration;
    }
}
