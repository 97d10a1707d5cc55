namespace Larder;

/// <summary>Puts a cache in front of a SQLite database.</summary>
public static class CacheOptionsSqliteExtensions
{
    /// <summary>Puts the cache in front of a SQLite database on this machine.</summary>
    /// <param name="options">The cache's options. Their time and logs are the store's as well: set them first.</param>
    /// <param name="path">The database file, made when it is missing.</param>
    /// <param name="configure">Changes the rest.</param>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public static CacheOptions UseSqlite(this CacheOptions options, string path, Action<SqliteStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var sqlite = new SqliteStoreOptions { Path = path, TimeProvider = options.TimeProvider, LoggerFactory = options.LoggerFactory };
        configure?.Invoke(sqlite);
        return options.UseStore(new SqliteStore(sqlite));
    }
}
