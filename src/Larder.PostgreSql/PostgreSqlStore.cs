using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Larder.PostgreSql;
using Larder.PostgreSql.Coherence;
using Larder.PostgreSql.Connections;
using Larder.PostgreSql.Diagnostics;
using Larder.PostgreSql.Keys;
using Larder.PostgreSql.Schema;
using Larder.Stores;
using Npgsql;

namespace Larder;

/// <summary>
/// Entries in a table of a PostgreSQL (14 or newer). The server itself tells every process when an entry changes, whoever
/// changes it, by triggers and <c>LISTEN/NOTIFY</c>.
/// </summary>
/// <remarks>
/// <para>A key is one row: the entry, the lease on it, or both. Every call is one statement, and the row's lock puts all
/// that happens to a key in an order: whoever removes or replaces an entry voids the lease by the same step.</para>
/// <para>Every time that matters is the server's. An expired entry is found by nobody and is deleted a little later.</para>
/// <para>The tables are made when the store is first used (<see cref="PostgreSqlStoreOptions.CreateSchema"/>).</para>
/// </remarks>
public sealed partial class PostgreSqlStore : ICacheStore, IEpochStore, ILeasingStore, ICoherentStore
{
    private const int SenderLength = 16;

    private readonly PostgreSqlStoreOptions _options;
    private readonly Statements _statements;
    private readonly PostgreSqlTelemetry _telemetry;
    private readonly Database _database;
    private readonly Listener _listener;
    private readonly Sweeper _sweeper;
    private readonly string _sender = RandomNumberGenerator.GetHexString(SenderLength, lowercase: true);
    private int _started;
    private int _disposed;

    /// <summary>Makes a store. It connects when it is first used or observed.</summary>
    /// <param name="options">Where the entries are.</param>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public PostgreSqlStore(PostgreSqlStoreOptions options)
        : this(options, Migrations.All)
    {
    }

    /// <summary>Makes a store.</summary>
    /// <param name="connectionString">The server, as for <see cref="PostgreSqlStoreOptions.ConnectionString"/>.</param>
    /// <exception cref="InvalidCacheOptionsException">It is no connection string.</exception>
    public PostgreSqlStore(string connectionString)
        : this(new PostgreSqlStoreOptions { ConnectionString = connectionString })
    {
    }

    /// <summary>Makes a store with another history of its tables.</summary>
    internal PostgreSqlStore(PostgreSqlStoreOptions options, IReadOnlyList<Migration> migrations)
    {
        ArgumentNullException.ThrowIfNull(options);
        PostgreSqlStoreOptionsValidation.Validate(options);
        _options = options with { };
        var names = new TableNames(options.Schema, options.Table);
        _statements = new Statements(names);
        _held = new HeldLeases(_options.TimeProvider);
        _telemetry = new PostgreSqlTelemetry(options.LoggerFactory);
        _database = new Database(_options, new Migrator(names, options.Unlogged, options.CreateSchema, migrations, _telemetry), _telemetry);
        _listener = new Listener(_database, _statements.Listen, _options, this, _telemetry);
        _sweeper = new Sweeper(SweepAsync, _options, _telemetry);
    }

    /// <inheritdoc/>
    public string Name => "postgresql";

    /// <summary>What the store has done since it was made.</summary>
    public PostgreSqlStatistics Statistics => _telemetry.Snapshot(_listener.IsListening);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return RunAsync(_statements.Get, [Parameters.Bytes(RowKey.Of(key).Id)], changesNothing: true, ReadValueAsync, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        cancellationToken.ThrowIfCancellationRequested();
        var values = new ReadOnlyMemory<byte>?[keys.Count];
        if (keys.Count == 0)
            return values;
        IdTable places = IdTable.Of(keys);
        return await RunAsync(
            _statements.GetMany,
            [Parameters.Arrays(places.Ids)],
            changesNothing: true,
            async (rows, token) =>
            {
                while (await rows.ReadAsync(token).ConfigureAwait(false))
                {
                    byte[] value = rows.GetFieldValue<byte[]>(1);
                    foreach (int place in places.Find(rows.GetFieldValue<byte[]>(0)))
                        values[place] = value;
                }

                return values;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        RowKey row = RowKey.Of(key);
        await RunAsync(
            _statements.Set,
            [Parameters.Text(_sender), Parameters.Bytes(row.Id), Parameters.Name(row), Parameters.Bytes(value), Parameters.Seconds(timeToLive)],
            changesNothing: false,
            AnyAsync,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return RunAsync(
            _statements.Remove,
            [Parameters.Text(_sender), Parameters.Bytes(RowKey.Of(key).Id)],
            changesNothing: false,
            static async (rows, token) => await rows.ReadAsync(token).ConfigureAwait(false) && rows.GetBoolean(0),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        cancellationToken.ThrowIfCancellationRequested();
        if (keys.Count == 0)
            return 0;
        return await RunAsync(
            _statements.RemoveMany,
            [Parameters.Text(_sender), Parameters.Arrays(IdTable.Of(keys).Ids)],
            changesNothing: false,
            NumberAsync,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return RunAsync(
            _statements.GetTimeToLive,
            [Parameters.Bytes(RowKey.Of(key).Id)],
            changesNothing: true,
            static async (rows, token) => !await rows.ReadAsync(token).ConfigureAwait(false) ? StoreTimeToLive.Missing
                : rows.IsDBNull(0) ? StoreTimeToLive.Infinite
                : new StoreTimeToLive(Exists: true, Span(rows.GetDouble(0))),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        return await RunAsync(
            _statements.SetTimeToLive,
            [Parameters.Text(_sender), Parameters.Bytes(RowKey.Of(key).Id), Parameters.Seconds(timeToLive)],
            changesNothing: false,
            AnyAsync,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _observer = null;
        await _sweeper.DisposeAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        _waits.SignalAll();
        await _database.DisposeAsync().ConfigureAwait(false);
        PostgreSqlMeter.Instruments.Remove(_database.Server, Counts);
    }

    private static async ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(NpgsqlDataReader rows, CancellationToken cancellationToken) =>
        await rows.ReadAsync(cancellationToken).ConfigureAwait(false) ? rows.GetFieldValue<byte[]>(0).AsMemory() : default(ReadOnlyMemory<byte>?);

    private static async ValueTask<bool> AnyAsync(NpgsqlDataReader rows, CancellationToken cancellationToken) => await rows.ReadAsync(cancellationToken).ConfigureAwait(false);

    private static async ValueTask<long> NumberAsync(NpgsqlDataReader rows, CancellationToken cancellationToken) =>
        await rows.ReadAsync(cancellationToken).ConfigureAwait(false) ? rows.GetInt64(0) : 0;

    private static TimeSpan Span(double seconds) => seconds >= TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));

    private static void RequirePositive(TimeSpan? span, string parameter)
    {
        if (span is { Ticks: <= 0 })
            throw new ArgumentOutOfRangeException(parameter, span, $"The span is {span}; it must be positive.");
    }

    private async ValueTask<T> RunAsync<T>(string statement, NpgsqlParameter[] parameters, bool changesNothing, Func<NpgsqlDataReader, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken, [CallerMemberName] string operation = "")
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (Volatile.Read(ref _started) == 0 && Interlocked.Exchange(ref _started, 1) == 0)
        {
            PostgreSqlMeter.Instruments.Add(_database.Server, Counts);
            _sweeper.Start();
        }

        // Whoever is told of changes may keep what it reads or writes; so nothing is read or written before they are told.
        if (_observer is not null && !_listener.Attempted.IsCompleted)
            await _listener.Attempted.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await _database.RunAsync(statement, parameters, changesNothing, read, operation, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<long> SweepAsync(CancellationToken cancellationToken) =>
        _database.RunAsync(_statements.Sweep, [Parameters.Number(_options.SweepBatch)], changesNothing: false, NumberAsync, nameof(SweepAsync), cancellationToken);

    private PostgreSqlStatistics Counts() => _telemetry.Snapshot(isListening: false);
}
