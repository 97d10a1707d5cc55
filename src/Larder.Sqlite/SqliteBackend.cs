using Larder.Sqlite;
using Larder.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>What <c>"Backend": "sqlite"</c> in a cache's configuration chooses: a <see cref="SqliteStore"/>.</summary>
/// <remarks><c>BackendOptions</c> are those of <see cref="SqliteStoreOptions"/> that are no code, by their names; <c>Path</c> has to be there.</remarks>
internal sealed class SqliteBackend : IStoreBackend
{
    /// <inheritdoc/>
    public Func<IServiceProvider, ICacheStore> Read(BackendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var sqlite = new SqliteStoreOptions();
        options.Text(nameof(sqlite.Path), value => sqlite.Path = value);
        options.Choice<SqliteDurability>(nameof(sqlite.Durability), value => sqlite.Durability = value);
        options.NumberOrNone<long>(nameof(sqlite.MaxBytes), value => sqlite.MaxBytes = value);
        options.NumberOrNone<long>(nameof(sqlite.MaxEntries), value => sqlite.MaxEntries = value);
        options.Span(nameof(sqlite.BusyTimeout), value => sqlite.BusyTimeout = value);
        options.Span(nameof(sqlite.PollInterval), value => sqlite.PollInterval = value);
        options.Span(nameof(sqlite.SweepInterval), value => sqlite.SweepInterval = value);
        options.Number<int>(nameof(sqlite.DamagedFilesKept), value => sqlite.DamagedFilesKept = value);
        SqliteStoreOptionsValidation.Validate(sqlite);
        return services => new SqliteStore(sqlite with
        {
            TimeProvider = services.GetService<TimeProvider>() ?? sqlite.TimeProvider,
            LoggerFactory = services.GetService<ILoggerFactory>(),
        });
    }
}
