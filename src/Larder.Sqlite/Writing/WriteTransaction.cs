using Larder.Sqlite.Diagnostics;
using Larder.Sqlite.Files;
using Larder.Sqlite.Reading;

namespace Larder.Sqlite.Writing;

/// <summary>The connection that writes, and the transaction that is open on it: several changes, acknowledged together.</summary>
/// <remarks>
/// What is counted over the whole file (epochs, entries, bytes) lies in one row, which is read when a transaction begins, with whether anybody
/// observes or leases, and written when it ends: nobody else can change any of it meanwhile. The bounds are kept before it ends: no process ever sees more in the file than they allow.
/// </remarks>
internal sealed class WriteTransaction : IDisposable
{
    private readonly SqliteStoreOptions _options;
    private readonly Connection _connection;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _readState;
    private readonly Statement _writeState;
    private bool? _flushes;
    private long? _version; // Of the file when this ended; null when what it holds has to be read.
    private (long Counter, long Entries, long Bytes, long Pruned) _stored;

    /// <param name="connection">The connection, which the transaction owns from here on.</param>
    /// <param name="options">The store's options.</param>
    /// <param name="telemetry">Is told of what was deleted.</param>
    /// <param name="self">Who this store is among the observers.</param>
    /// <param name="recency">Tells what was read.</param>
    public WriteTransaction(Connection connection, SqliteStoreOptions options, SqliteTelemetry telemetry, long self, Recency? recency)
    {
        _options = options;
        _connection = connection;
        Identity = Schema.Identity(connection);
        if (options.MaxPages is { } pages)
            connection.Execute($"PRAGMA max_page_count = {pages}");
        connection.WaitForLocks(TimeSpan.Zero);
        // The log is carried into the file beside the writing, by the upkeep; only a log that grows all the same holds a write up.
        connection.Execute("PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000");
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _rollback = connection.Prepare("ROLLBACK");
        _readState = connection.Prepare("SELECT counter, entries, bytes, pruned, (SELECT count(*) FROM observer), EXISTS (SELECT 1 FROM observer WHERE id = ?1), EXISTS (SELECT 1 FROM lease), (SELECT max(id) FROM change) FROM state").Bind(1, self);
        _writeState = connection.Prepare("UPDATE state SET counter = ?1, entries = ?2, bytes = ?3, pruned = ?4");
        Changes = new ChangeLog(connection, this, self);
        Leases = new LeaseTable(connection, this);
        Entries = new EntryTable(connection, this, options, telemetry, recency);
        Epochs = new EpochTable(connection, this);
        FreePages = new FreePages(connection, telemetry);
    }

    /// <summary>The file's own name.</summary>
    public byte[] Identity { get; }

    public EntryTable Entries { get; }

    public LeaseTable Leases { get; }

    public EpochTable Epochs { get; }

    public ChangeLog Changes { get; }

    public FreePages FreePages { get; }

    /// <summary>The time at which the transaction began.</summary>
    public long Now { get; private set; }

    /// <summary>The counter of the epochs.</summary>
    public long Counter { get; set; }

    /// <summary>How many entries there are.</summary>
    public long EntryCount { get; set; }

    /// <summary>What they amount to.</summary>
    public long ByteCount { get; set; }

    /// <summary>Up to which change the changes were dropped.</summary>
    public long Pruned { get; set; }

    /// <summary>Whether the file that is open lies under its path no more.</summary>
    public bool HasMoved => _connection.HasMoved;

    /// <summary>Begins, unless another process is writing.</summary>
    /// <param name="flushes">Whether the end waits for the disk.</param>
    /// <returns>Whether it has begun.</returns>
    public bool TryBegin(bool flushes)
    {
        if (_flushes != flushes)
        {
            // In WAL mode FULL flushes the log with every commit, NORMAL only before the log is carried into the file.
            _connection.Execute(flushes ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            _flushes = flushes;
        }

        try
        {
            _begin.Run();
        }
        catch (SqliteStoreException error) when (error.Failure == SqliteFailure.Locked)
        {
            return false;
        }

        Now = Instant.Of(_options.TimeProvider);
        long? known = _version;
        _version = null;
        // Most often nobody else has written since.
        if (known is null || _connection.DataVersion != known)
            ReadState();
        Entries.Begin();
        return true;
    }

    /// <summary>Makes room where the bounds ask for it, and makes all changes count.</summary>
    public void Commit()
    {
        Entries.KeepBounds();
        if (_stored != (Counter, EntryCount, ByteCount, Pruned))
            _writeState.Bind(1, Counter).Bind(2, EntryCount).Bind(3, ByteCount).Bind(4, Pruned).Run();
        _commit.Run();
        Entries.Committed();
        _stored = (Counter, EntryCount, ByteCount, Pruned);
        // While there are leases, whether there still are is looked up.
        _version = Leases.Any ? null : _connection.DataVersion;
    }

    /// <summary>Undoes all changes.</summary>
    public void Rollback()
    {
        // Some failures have done so already.
        if (_connection.InTransaction)
            _rollback.Run();
    }

    public void Dispose() => _connection.Dispose();

    private void ReadState()
    {
        if (!_readState.Step())
            throw new SqliteStoreException(SqliteFailure.Damaged, $"SQLite '{_options.Path}': the table of the file's state is empty.");
        _stored = (_readState.Int64(0), _readState.Int64(1), _readState.Int64(2), _readState.Int64(3));
        (Counter, EntryCount, ByteCount, Pruned) = _stored;
        Changes.Begin(observers: _readState.Int64(4), observes: _readState.Int64(5) != 0, last: Math.Max(Pruned, _readState.Int64(7)));
        Leases.Begin(any: _readState.Int64(6) != 0);
        _readState.Reset();
    }
}
