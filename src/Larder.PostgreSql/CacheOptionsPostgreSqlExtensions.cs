namespace Larder;

/// <summary>Puts a cache in front of a PostgreSQL.</summary>
public static class CacheOptionsPostgreSqlExtensions
{
    /// <summary>Puts the cache in front of a PostgreSQL.</summary>
    /// <param name="options">The cache's options.</param>
    /// <param name="connectionString">Where it is, as for <see cref="PostgreSqlStoreOptions.ConnectionString"/>; <see langword="null"/> where <paramref name="configure"/> sets <see cref="PostgreSqlStoreOptions.DataSource"/>.</param>
    /// <param name="configure">Changes the rest.</param>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public static CacheOptions UsePostgreSql(this CacheOptions options, string? connectionString, Action<PostgreSqlStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var store = new PostgreSqlStoreOptions { ConnectionString = connectionString, TimeProvider = options.TimeProvider, LoggerFactory = options.LoggerFactory };
        configure?.Invoke(store);
        return options.UseStore(new PostgreSqlStore(store));
    }
}
