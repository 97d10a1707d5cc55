using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.AspNetCore.Health;

/// <summary>How a cache is, as it knows itself: asks nobody and costs nothing.</summary>
internal sealed class CacheHealthCheck(ICache cache) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        CacheStatistics statistics = cache.Statistics;
        string? trouble = TroubleOf(statistics);
        IReadOnlyDictionary<string, object> data = DataOf(statistics);
        return Task.FromResult(trouble is null
            ? HealthCheckResult.Healthy($"{cache.Name} has {statistics.Entries} entries in memory.", data)
            : HealthCheckResult.Degraded($"{cache.Name} serves from memory only: {trouble}.", data: data));
    }

    private static string? TroubleOf(CacheStatistics statistics)
    {
        if (statistics.CircuitOpen)
            return $"{statistics.Store} failed too often and is not asked for a while";
        if (statistics.CoherenceLost)
            return $"the channel by which {statistics.Store} tells of changes is lost";
        return statistics.RecoveryPending > 0 ? $"{statistics.RecoveryPending} writes have not reached {statistics.Store}" : null;
    }

    private static Dictionary<string, object> DataOf(CacheStatistics statistics)
    {
        Dictionary<string, object> data = new(StringComparer.Ordinal)
        {
            ["entries"] = statistics.Entries,
            ["bytes"] = statistics.Bytes,
            ["lookups"] = statistics.Lookups,
            ["hitRatio"] = Math.Round(statistics.HitRatio, 4),
            ["staleHits"] = statistics.StaleHits,
            ["evictions"] = statistics.Evictions,
            ["factoryFailures"] = statistics.FactoryFailures,
            ["snapshotFailures"] = statistics.SnapshotFailures,
        };
        if (statistics.Store is not null)
        {
            data["store"] = statistics.Store;
            data["storeFailures"] = statistics.StoreFailures;
            data["circuitOpen"] = statistics.CircuitOpen;
            data["coherenceLost"] = statistics.CoherenceLost;
            data["recoveryPending"] = statistics.RecoveryPending;
        }

        return data;
    }
}
