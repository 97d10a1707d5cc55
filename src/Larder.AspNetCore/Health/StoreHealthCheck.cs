using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.AspNetCore.Health;

/// <summary>How a cache's store is: asks it for an entry that nobody writes, on the way that every read takes.</summary>
internal sealed class StoreHealthCheck(ICache cache, TimeProvider time) : IHealthCheck
{
    private const string Key = "probe";

    private static readonly EntryOptions Probe = new() { Tiers = Tiers.Store, FailSilently = false };

    private readonly ICache _cache = cache.Collection("larder.health");

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_cache.Statistics.Store is not { } store)
            return HealthCheckResult.Healthy($"{_cache.Name} has no store.");

        Dictionary<string, object> data = new(StringComparer.Ordinal) { ["store"] = store };
        long started = time.GetTimestamp();
        try
        {
            await _cache.TryGetAsync<bool>(Key, Probe, cancellationToken).ConfigureAwait(false);
            data["milliseconds"] = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 2);
            return HealthCheckResult.Healthy($"{store} answers.", data);
        }
        catch (CacheStoreException error)
        {
            // What the host said that a failure of this check is: degraded unless it said something else.
            return new HealthCheckResult(context.Registration.FailureStatus, $"{store} does not answer; {_cache.Name} serves from memory only.", error, data);
        }
    }
}
