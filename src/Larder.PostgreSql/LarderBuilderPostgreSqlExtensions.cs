using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Larder;

/// <summary>Puts a host's cache in front of a PostgreSQL.</summary>
public static class LarderBuilderPostgreSqlExtensions
{
    /// <summary>Puts the cache in front of a PostgreSQL. It takes its time and its logs from the host.</summary>
    /// <param name="builder">What <c>AddLarder</c> returned.</param>
    /// <param name="connectionString">Where it is, as for <see cref="PostgreSqlStoreOptions.ConnectionString"/>; <see langword="null"/> for the host's own <see cref="NpgsqlDataSource"/>.</param>
    /// <param name="configure">Changes the rest.</param>
    public static LarderBuilder UsePostgreSql(this LarderBuilder builder, string? connectionString = null, Action<PostgreSqlStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseStore(services =>
        {
            var options = new PostgreSqlStoreOptions { ConnectionString = connectionString, LoggerFactory = services.GetService<ILoggerFactory>() };
            options.TimeProvider = services.GetService<TimeProvider>() ?? options.TimeProvider;
            if (connectionString is null)
                options.DataSource = services.GetService<NpgsqlDataSource>();
            configure?.Invoke(options);
            return new PostgreSqlStore(options);
        });
    }
}
