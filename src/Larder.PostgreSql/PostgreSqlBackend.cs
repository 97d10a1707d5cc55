using Larder.PostgreSql;
using Larder.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Larder;

/// <summary>What <c>"Backend": "postgres"</c> in a cache's configuration chooses: a <see cref="PostgreSqlStore"/>.</summary>
/// <remarks>
/// <c>BackendOptions</c> are those of <see cref="PostgreSqlStoreOptions"/> that are no code, by their names. Without a
/// <c>ConnectionString</c> it uses the host's own <see cref="NpgsqlDataSource"/>.
/// </remarks>
internal sealed class PostgreSqlBackend : IStoreBackend
{
    // Stands for the host's data source where options are only looked at.
    private const string Somewhere = "Host=localhost";

    /// <inheritdoc/>
    public Func<IServiceProvider, ICacheStore> Read(BackendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        PostgreSqlStoreOptions store = new();
        options.Text(nameof(store.ConnectionString), value => store.ConnectionString = value);
        options.Text(nameof(store.Schema), value => store.Schema = value);
        options.Text(nameof(store.Table), value => store.Table = value);
        options.Flag(nameof(store.Unlogged), value => store.Unlogged = value);
        options.Flag(nameof(store.CreateSchema), value => store.CreateSchema = value);
        options.Span(nameof(store.ConnectTimeout), value => store.ConnectTimeout = value);
        options.Span(nameof(store.CommandTimeout), value => store.CommandTimeout = value);
        options.Span(nameof(store.HeartbeatInterval), value => store.HeartbeatInterval = value);
        options.Span(nameof(store.ReconnectDelay), value => store.ReconnectDelay = value);
        options.Span(nameof(store.MaxReconnectDelay), value => store.MaxReconnectDelay = value);
        options.Span(nameof(store.SweepInterval), value => store.SweepInterval = value);
        options.Number<int>(nameof(store.SweepBatch), value => store.SweepBatch = value);
        PostgreSqlStoreOptionsValidation.Validate(store with { ConnectionString = store.ConnectionString ?? Somewhere });
        return services => new PostgreSqlStore(store with
        {
            DataSource = store.ConnectionString is null ? services.GetService<NpgsqlDataSource>() : null,
            TimeProvider = services.GetService<TimeProvider>() ?? store.TimeProvider,
            LoggerFactory = services.GetService<ILoggerFactory>(),
        });
    }
}
