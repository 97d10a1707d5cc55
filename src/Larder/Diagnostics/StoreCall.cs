using System.Diagnostics;

namespace Larder.Diagnostics;

/// <summary>What a store is asked to do.</summary>
internal enum StoreOperation
{
    Get,
    GetMany,
    Set,
    Remove,
    RemoveMany,
    SetTimeToLive,
    GetEpochs,
    BumpEpoch,
    AcquireLease,
    ReleaseLease,
    Scan,
}

/// <summary>One call to the store, from <see cref="CacheTelemetry.StartStoreCall"/> until exactly one of its methods is called.</summary>
internal readonly struct StoreCall(CacheTelemetry telemetry, StoreOperation operation, Activity? activity, long started)
{
    /// <summary>A call that does not look for entries succeeded.</summary>
    public void Completed() => telemetry.StoreCompleted(operation, activity, started, hits: 0, misses: 0);

    /// <summary>A read succeeded.</summary>
    /// <param name="hits">How many of the keys the store had.</param>
    /// <param name="misses">How many it did not have.</param>
    public void Completed(int hits, int misses) => telemetry.StoreCompleted(operation, activity, started, hits, misses);

    /// <summary>The call failed or timed out (a <see cref="TimeoutException"/>).</summary>
    public void Failed(Exception exception) => telemetry.StoreCallFailed(operation, activity, started, exception);

    /// <summary>The caller cancelled: neither a success nor the store's failure.</summary>
    public void Cancelled() => telemetry.StoreCancelled(operation, activity, started);
}
