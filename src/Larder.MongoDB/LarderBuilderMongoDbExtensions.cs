using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>Puts a host's cache in front of a MongoDB.</summary>
public static class LarderBuilderMongoDbExtensions
{
    /// <summary>Puts the cache in front of a MongoDB: one server, a replica set, or a cluster. It takes its time and its logs from the host.</summary>
    /// <param name="builder">What <c>AddLarder</c> returned.</param>
    /// <param name="address">Where it is, as for <see cref="MongoDbStoreOptions.Parse"/>.</param>
    /// <param name="configure">Changes the rest.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    public static LarderBuilder UseMongoDb(this LarderBuilder builder, string address = "mongodb://localhost:27017", Action<MongoDbStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        MongoDbStoreOptions.Parse(address); // What is wrong with it is told here, not when the cache is first asked for.
        return builder.UseStore(services =>
        {
            MongoDbStoreOptions options = MongoDbStoreOptions.Parse(address);
            options.TimeProvider = services.GetService<TimeProvider>() ?? options.TimeProvider;
            options.LoggerFactory = services.GetService<ILoggerFactory>();
            configure?.Invoke(options);
            return MongoDbStore.Create(options);
        });
    }
}
