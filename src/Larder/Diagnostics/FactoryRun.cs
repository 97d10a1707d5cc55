using System.Diagnostics;
using Larder.Partitions;

namespace Larder.Diagnostics;

/// <summary>One run of a factory, from <see cref="CacheTelemetry.StartFactory"/> until exactly one of its methods is called.</summary>
internal readonly struct FactoryRun(CacheTelemetry telemetry, Partition partition, string key, Activity? activity, long started)
{
    /// <summary>It returned a value.</summary>
    public void Completed() => telemetry.FactoryCompleted(partition, key, activity, started);

    /// <summary>It failed, after all its retries.</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="hidden">Whether no caller sees the exception: something stale is served, or nobody waits. Then it is logged.</param>
    public void Failed(Exception exception, bool hidden) => telemetry.FactoryFailed(partition, key, activity, started, exception, hidden);

    /// <summary>It was cancelled because nobody waited for it any more.</summary>
    public void Cancelled() => telemetry.FactoryCancelled(partition, key, activity, started);
}
