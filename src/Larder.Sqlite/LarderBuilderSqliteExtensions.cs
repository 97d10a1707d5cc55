using Larder.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>Puts a host's cache in front of a SQLite database.</summary>
public static class LarderBuilderSqliteExtensions
{
    /// <summary>Puts the cache in front of a SQLite database on this machine. It takes its time and its logs from the host.</summary>
    /// <param name="builder">What <c>AddLarder</c> returned.</param>
    /// <param name="path">The database file, made when it is missing.</param>
    /// <param name="configure">Changes the rest.</param>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public static LarderBuilder UseSqlite(this LarderBuilder builder, string path, Action<SqliteStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        SqliteStoreOptionsValidation.Validate(Options(null)); // What is wrong is told here, not when the cache is first asked for.
        return builder.UseStore(services => new SqliteStore(Options(services)));

        SqliteStoreOptions Options(IServiceProvider? services)
        {
            var options = new SqliteStoreOptions { Path = path, LoggerFactory = services?.GetService<ILoggerFactory>() };
            options.TimeProvider = services?.GetService<TimeProvider>() ?? options.TimeProvider;
            configure?.Invoke(options);
            return options;
        }
    }
}
