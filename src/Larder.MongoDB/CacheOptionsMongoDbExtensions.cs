namespace Larder;

/// <summary>Puts a cache in front of a MongoDB.</summary>
public static class CacheOptionsMongoDbExtensions
{
    /// <summary>Puts the cache in front of a MongoDB: one server, a replica set, or a cluster.</summary>
    /// <param name="options">The cache's options.</param>
    /// <param name="address">Where it is, as for <see cref="MongoDbStoreOptions.Parse"/>.</param>
    /// <param name="configure">Changes the rest.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public static CacheOptions UseMongoDb(this CacheOptions options, string address = "mongodb://localhost:27017", Action<MongoDbStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        MongoDbStoreOptions mongo = MongoDbStoreOptions.Parse(address);
        mongo.TimeProvider = options.TimeProvider;
        mongo.LoggerFactory = options.LoggerFactory;
        configure?.Invoke(mongo);
        return options.UseStore(MongoDbStore.Create(mongo));
    }
}
