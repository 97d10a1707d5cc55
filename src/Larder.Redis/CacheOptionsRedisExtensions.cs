namespace Larder;

/// <summary>Puts a cache in front of a Redis.</summary>
public static class CacheOptionsRedisExtensions
{
    /// <summary>Puts the cache in front of a Redis, a primary with replicas, or a cluster.</summary>
    /// <param name="options">The cache's options.</param>
    /// <param name="address">Where it is, as for <see cref="RedisStoreOptions.Parse"/>.</param>
    /// <param name="configure">Changes the rest.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public static CacheOptions UseRedis(this CacheOptions options, string address = "redis://localhost:6379", Action<RedisStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        RedisStoreOptions redis = RedisStoreOptions.Parse(address);
        redis.TimeProvider = options.TimeProvider;
        redis.LoggerFactory = options.LoggerFactory;
        configure?.Invoke(redis);
        return options.UseStore(new RedisStore(redis));
    }
}
