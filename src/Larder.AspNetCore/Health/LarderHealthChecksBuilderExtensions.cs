using Larder;
using Larder.AspNetCore.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks for Larder's caches and their stores.</summary>
public static class LarderHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds two checks. <c>larder:NAME</c> is how the cache is, as it knows itself: healthy, or degraded while it serves from memory only (its circuit is
    /// open, the store's channel of changes is lost, or writes wait for the store); it asks nobody, and its data are the cache's figures.
    /// <c>larder:NAME:store</c> asks the store, and tells how long that took; it is healthy for a cache without one.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks</c> returned.</param>
    /// <param name="cache">The cache's name, as given to <c>AddLarder</c>.</param>
    /// <param name="storeFailure">What it is when the store does not answer. Default <see cref="HealthStatus.Degraded"/>: the cache goes on without it.</param>
    /// <param name="tags">The checks' tags, to choose them by.</param>
    public static IHealthChecksBuilder AddLarder(
        this IHealthChecksBuilder builder,
        string cache = LarderBuilder.DefaultName,
        HealthStatus storeFailure = HealthStatus.Degraded,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(cache);
        string[]? own = tags is null ? null : [.. tags];
        return builder
            .Add(new HealthCheckRegistration($"larder:{cache}", services => new CacheHealthCheck(Find(services)), HealthStatus.Unhealthy, own))
            .Add(new HealthCheckRegistration(
                $"larder:{cache}:store",
                services => new StoreHealthCheck(Find(services), services.GetService<TimeProvider>() ?? TimeProvider.System),
                storeFailure,
                own));

        ICache Find(IServiceProvider services) => services.GetRequiredKeyedService<ICache>(cache);
    }
}
