using System.Data;
using Larder.PostgreSql.Diagnostics;
using Larder.PostgreSql.Schema;
using Larder.Shared;
using Npgsql;

namespace Larder.PostgreSql.Connections;

/// <summary>The way to the server: connections, and statements with what goes wrong with them.</summary>
/// <remarks>
/// <para>A statement whose connection broke may have been carried out. Only one that changes nothing is sent again, once.
/// One that the server itself took back whole is: a deadlock, or another's change where sessions are not READ COMMITTED.</para>
/// <para>A write that was given up while the server may still have it is out of the way before anything else is written
/// (<see cref="Orphans"/>).</para>
/// <para>After a server's restart every idle connection of the pool is dead. The first that is found so takes the others
/// with it: one call fails, and not as many as there are connections.</para>
/// </remarks>
internal sealed class Database : IAsyncDisposable
{
    // Of many who write one row, each time one gets through.
    private const int MostAttempts = 50;
    private const int PreparedStatements = 32;

    private readonly NpgsqlDataSource _pool;
    private readonly NpgsqlDataSource? _single; // Connections that end when they are closed; where the pool is borrowed, there are none.
    private readonly RecentConnections _recent;
    private readonly int _timeoutSeconds;
    private readonly TimeProvider _time;
    private readonly SchemaGate _schema;
    private readonly PostgreSqlTelemetry _telemetry;
    private readonly Orphans _orphans = new();

    public Database(PostgreSqlStoreOptions options, Migrator migrator, PostgreSqlTelemetry telemetry)
    {
        _timeoutSeconds = Seconds(options.CommandTimeout);
        _time = options.TimeProvider;
        var server = new NpgsqlConnectionStringBuilder(options.DataSource?.ConnectionString ?? options.ConnectionString);
        Server = (server.Host ?? "", server.Port);
        _telemetry = telemetry;
        _pool = options.DataSource ?? Build(options, pooling: true);
        _single = options.DataSource is null ? Build(options, pooling: false) : null;
        _recent = new RecentConnections(_pool, keeps: options.DataSource is null, options.TimeProvider);
        _schema = new SchemaGate(this, migrator);
    }

    /// <summary>Where it is, as the options say.</summary>
    public (string Host, int Port) Server { get; }

    /// <summary>Carries out a statement.</summary>
    /// <param name="statement">Its text.</param>
    /// <param name="parameters">Its parameters, in order.</param>
    /// <param name="changesNothing">Whether it may be sent again when the connection broke.</param>
    /// <param name="read">Makes something of the rows.</param>
    /// <param name="operation">The method that it is for.</param>
    /// <param name="cancellationToken">Has the server give it up.</param>
    public async ValueTask<T> RunAsync<T>(string statement, NpgsqlParameter[] parameters, bool changesNothing, Func<NpgsqlDataReader, CancellationToken, ValueTask<T>> read, string operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var link = new CancellationLink(cancellationToken);
        await using (link.ConfigureAwait(false))
            return await RunLinkedAsync(statement, parameters, changesNothing, read, operation, link.Token).ConfigureAwait(false);
    }

    /// <summary>A connection, until it is given back.</summary>
    public ValueTask<RecentConnection> TakeAsync(CancellationToken cancellationToken) => _recent.TakeAsync(cancellationToken);

    public ValueTask GiveBackAsync(RecentConnection connection) => _recent.GiveBackAsync(connection);

    /// <summary>A connection that is kept, and that does not go back to the pool of this store.</summary>
    public ValueTask<NpgsqlConnection> OpenToKeepAsync(CancellationToken cancellationToken) => (_single ?? _pool).OpenOutsideAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _recent.DisposeAsync().ConfigureAwait(false);
        if (_single is null)
            return;
        await _pool.DisposeAsync().ConfigureAwait(false);
        await _single.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<T> RunLinkedAsync<T>(string statement, NpgsqlParameter[] parameters, bool changesNothing, Func<NpgsqlDataReader, CancellationToken, ValueTask<T>> read, string operation, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await RunOnceAsync(statement, parameters, changesNothing, read, operation, cancellationToken).ConfigureAwait(false);
            }
            catch (NpgsqlException error)
            {
                _telemetry.Failed();
                bool broke = IsBroken(error);
                if (broke)
                    await _recent.ClearAsync().ConfigureAwait(false);
                if (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName)
                    _schema.Reset(); // Somebody has dropped the tables; the next call makes them again.
                bool again = broke ? (changesNothing || error.SqlState == PostgresErrorCodes.IdleSessionTimeout) && attempt == 1 : error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure && attempt < MostAttempts;
                if (!again || cancellationToken.IsCancellationRequested)
                    throw;
            }
        }
    }

    private static int Seconds(TimeSpan span) => (int)Math.Ceiling(span.TotalSeconds);

    private static NpgsqlDataSource Build(PostgreSqlStoreOptions options, bool pooling)
    {
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            Timeout = Seconds(options.ConnectTimeout),
            CommandTimeout = Seconds(options.CommandTimeout),
            Pooling = pooling,
            Multiplexing = false, // A statement has to know its backend (see Orphans), and so has LISTEN.
            Enlist = false, // What is cached is no part of anybody's transaction.
            NoResetOnClose = true, // Nothing is left behind in a session that would have to be cleared away.
        };
        if (text.MaxAutoPrepare == 0)
            (text.MaxAutoPrepare, text.AutoPrepareMinUsages) = (PreparedStatements, 2);
        text.ApplicationName ??= "larder";
        var builder = new NpgsqlDataSourceBuilder(text.ConnectionString);
        if (options.LoggerFactory is { } loggers)
            builder.UseLoggerFactory(loggers);
        return builder.Build();
    }

    // An error that came from the server leaves the connection whole, unless it is the last that comes on it; and a server
    // that took too long is there.
    private static bool IsBroken(NpgsqlException error) => error is PostgresException told
        ? told.InvariantSeverity is "FATAL" or "PANIC"
        : error.InnerException is not TimeoutException;

    private async ValueTask<T> RunOnceAsync<T>(string statement, NpgsqlParameter[] parameters, bool changesNothing, Func<NpgsqlDataReader, CancellationToken, ValueTask<T>> read, string operation, CancellationToken cancellationToken)
    {
        await _schema.ReadyAsync(cancellationToken).ConfigureAwait(false);
        RecentConnection taken = await _recent.TakeAsync(cancellationToken).ConfigureAwait(false);
        NpgsqlConnection connection = taken.Connection;
        try
        {
            int backend = connection.ProcessID;
            if (!changesNothing)
                await _orphans.EndAsync(connection, cancellationToken).ConfigureAwait(false);
            using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = _timeoutSeconds };
            foreach (NpgsqlParameter parameter in parameters)
                command.Parameters.Add(parameter);
            try
            {
                return await ExecuteAsync(command, read, operation, cancellationToken).ConfigureAwait(false);
            }
            catch when (!changesNothing && connection.FullState != ConnectionState.Open)
            {
                _orphans.Add(backend);
                throw;
            }
            finally
            {
                command.Parameters.Clear(); // A parameter belongs to one command, and there may be another attempt.
            }
        }
        finally
        {
            await _recent.GiveBackAsync(taken).ConfigureAwait(false);
        }
    }

    private async ValueTask<T> ExecuteAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, CancellationToken, ValueTask<T>> read, string operation, CancellationToken cancellationToken)
    {
        _telemetry.Sent();
        using ClientCall? call = StatementTelemetry.Start(command.Connection!, operation, _time);
        try
        {
            NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                return await read(reader, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (call is not null && !(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            StatementTelemetry.Failed(call, error);
            throw;
        }
    }
}
