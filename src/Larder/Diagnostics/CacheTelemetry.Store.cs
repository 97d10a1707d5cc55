using System.Diagnostics;
using Larder.Partitions;
using static Larder.Diagnostics.TelemetryNames;

namespace Larder.Diagnostics;

/// <content>The store: calls, circuit, recovery, coherence.</content>
internal sealed partial class CacheTelemetry
{
    private long _recoveryPending;
    private long _replayedSinceLogged;
    private bool _circuitOpen;
    private bool _coherenceLost;

    /// <summary>A call to the store begins. Tell the result how it ended, exactly once.</summary>
    public StoreCall StartStoreCall(StoreOperation operation)
    {
        _counters.Increment(Tally.StoreCalls);
        Activity? activity = StartSpan(Spans.Store, ActivityKind.Client);
        if (activity is not null)
        {
            // The convention's name for a call whose target is not told: its operation.
            activity.DisplayName = Text(operation);
            activity.SetTag(Attributes.DatabaseSystem, _store);
            activity.SetTag(Attributes.DatabaseOperation, Text(operation));
        }

        return new StoreCall(this, operation, activity, _time.GetTimestamp());
    }

    /// <summary>A stored entry could not be used and was treated as a miss.</summary>
    /// <param name="partition">Where.</param>
    /// <param name="key">Which.</param>
    /// <param name="outcome">What was wrong, in a few words from a fixed set, such as <c>checksum</c>.</param>
    /// <param name="failure">What the serializer threw, if it did.</param>
    public void PayloadRejected(Partition partition, string key, string outcome, Exception? failure = null)
    {
        _counters.Increment(Tally.PayloadsRejected);
        if (_rejections.TryEnter(out long suppressed))
            LogMessages.PayloadRejected(_logger, failure, _cache, key, Public(partition), outcome, suppressed);
    }

    /// <summary>The store failed too often in a row and is not asked for <paramref name="duration"/>.</summary>
    public void CircuitOpened(TimeSpan duration)
    {
        Volatile.Write(ref _circuitOpen, true);
        _counters.Increment(Tally.CircuitOpenings);
        LogMessages.CircuitOpened(_logger, _cache, _store, duration.TotalMilliseconds);
    }

    /// <summary>The store is asked again.</summary>
    public void CircuitClosed()
    {
        Volatile.Write(ref _circuitOpen, false);
        LogMessages.CircuitClosed(_logger, _cache, _store);
    }

    /// <summary>A write or an invalidation could not reach the store and is kept for later.</summary>
    /// <param name="work">What it is, from a fixed set, such as <c>set</c>.</param>
    /// <param name="pending">How many are kept now.</param>
    public void RecoveryQueued(string work, long pending)
    {
        Volatile.Write(ref _recoveryPending, pending);
        _counters.Increment(Tally.RecoveryQueued);
        if (_decisions is { } log)
            LogMessages.RecoveryQueued(log, _cache, work, pending);
    }

    /// <summary>Work that was kept has reached the store.</summary>
    /// <param name="replayed">How much of it.</param>
    /// <param name="pending">How much is left; at 0 a line is logged.</param>
    public void RecoveryReplayed(long replayed, long pending)
    {
        Volatile.Write(ref _recoveryPending, pending);
        _counters.Add(Tally.RecoveryReplayed, replayed);
        Interlocked.Add(ref _replayedSinceLogged, replayed);
        // Once for an outage, not once for each of ten thousand writes.
        if (pending == 0 && Interlocked.Exchange(ref _replayedSinceLogged, 0) is > 0 and var total)
            LogMessages.RecoveryReplayed(_logger, _cache, total, _store);
    }

    /// <summary>More work than can be kept could not reach the store.</summary>
    public void RecoveryOverflowed(int capacity)
    {
        _counters.Increment(Tally.RecoveryOverflows);
        LogMessages.RecoveryOverflowed(_logger, _cache, capacity, _store);
    }

    /// <summary>Changes in the store may have been missed.</summary>
    public void CoherenceLost()
    {
        Volatile.Write(ref _coherenceLost, true);
        _counters.Increment(Tally.CoherenceLosses);
        LogMessages.CoherenceLost(_logger, _cache, _store);
    }

    /// <summary>Changes in the store are told again.</summary>
    public void CoherenceRestored()
    {
        Volatile.Write(ref _coherenceLost, false);
        LogMessages.CoherenceRestored(_logger, _cache, _store);
    }

    /// <summary>For <see cref="StoreCall"/>.</summary>
    internal void StoreCompleted(StoreOperation operation, Activity? activity, long started, int hits, int misses)
    {
        if (hits > 0)
            _counters.Add(Tally.StoreHits, hits);
        if (misses > 0)
            _counters.Add(Tally.StoreMisses, misses);
        string outcome = (hits, misses) switch
        {
            (0, 0) => Values.Ok,
            (_, 0) => Values.Hit,
            (0, _) => Values.Miss,
            _ => Values.Ok,
        };
        EndStore(operation, activity, started, outcome, null);
    }

    /// <summary>For <see cref="StoreCall"/>.</summary>
    internal void StoreCallFailed(StoreOperation operation, Activity? activity, long started, Exception exception)
    {
        _counters.Increment(Tally.StoreFailures);
        EndStore(operation, activity, started, Values.Failed, exception);
        if (_storeFailures.TryEnter(out long suppressed))
            LogMessages.StoreFailed(_logger, exception, _cache, _store, Text(operation), suppressed);
        if (_events.StoreFailedHandlers is { } handlers)
            _events.Raise(handlers, new StoreFailedEvent(_cache, _store, Text(operation), exception), this);
    }

    /// <summary>For <see cref="StoreCall"/>.</summary>
    internal void StoreCancelled(StoreOperation operation, Activity? activity, long started) =>
        EndStore(operation, activity, started, Values.Cancelled, null);

    /// <summary>How the operation is called in metrics, traces and logs.</summary>
    internal static string Text(StoreOperation operation) => operation switch
    {
        StoreOperation.Get => "get",
        StoreOperation.GetMany => "get_many",
        StoreOperation.Set => "set",
        StoreOperation.Remove => "remove",
        StoreOperation.RemoveMany => "remove_many",
        StoreOperation.SetTimeToLive => "set_ttl",
        StoreOperation.GetEpochs => "get_epochs",
        StoreOperation.BumpEpoch => "bump_epoch",
        StoreOperation.AcquireLease => "acquire_lease",
        StoreOperation.ReleaseLease => "release_lease",
        StoreOperation.Scan => "scan",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Not a store operation."),
    };

    private void EndStore(StoreOperation operation, Activity? activity, long started, string outcome, Exception? exception)
    {
        TimeSpan duration = _time.GetElapsedTime(started);
        _counters.Add(Tally.StoreTicks, duration.Ticks);
        LarderMeter.RecordStore(_cache, _store, Text(operation), duration, exception);
        if (_decisions is { } log)
            LogMessages.StoreCalled(log, _cache, _store, Text(operation), duration.TotalMilliseconds, outcome);
        if (activity is not null)
        {
            activity.SetTag(Attributes.Outcome, outcome);
            if (exception is not null)
                activity.SetError(exception);
            activity.Dispose();
        }
    }
}
