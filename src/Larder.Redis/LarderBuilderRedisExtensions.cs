using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>Puts a host's cache in front of a Redis.</summary>
public static class LarderBuilderRedisExtensions
{
    /// <summary>Puts the cache in front of a Redis, a primary with replicas, or a cluster. It takes its time and its logs from the host.</summary>
    /// <param name="builder">What <c>AddLarder</c> returned.</param>
    /// <param name="address">Where it is, as for <see cref="RedisStoreOptions.Parse"/>.</param>
    /// <param name="configure">Changes the rest.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    public static LarderBuilder UseRedis(this LarderBuilder builder, string address = "redis://localhost:6379", Action<RedisStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RedisStoreOptions.Parse(address); // What is wrong with it is told here, not when the cache is first asked for.
        return builder.UseStore(services =>
        {
            RedisStoreOptions options = RedisStoreOptions.Parse(address);
            options.TimeProvider = services.GetService<TimeProvider>() ?? options.TimeProvider;
            options.LoggerFactory = services.GetService<ILoggerFactory>();
            configure?.Invoke(options);
            return new RedisStore(options);
        });
    }
}
