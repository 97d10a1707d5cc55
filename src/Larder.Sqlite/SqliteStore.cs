using System.Security.Cryptography;
using Larder.Sqlite;
using Larder.Sqlite.Coherence;
using Larder.Sqlite.Diagnostics;
using Larder.Sqlite.Files;
using Larder.Sqlite.Keys;
using Larder.Sqlite.Reading;
using Larder.Sqlite.Writing;
using Larder.Stores;

namespace Larder;

/// <summary>
/// Entries in a SQLite database on this machine's disk: larger than memory, shared by the processes of the machine, surviving
/// crashes.
/// </summary>
/// <remarks>
/// <para>The database is in WAL mode. Reads run on the caller's thread, on connections of their own, and wait for nobody who writes.
/// Writes run on one thread, many in a transaction; they are acknowledged when the log is on the disk, or with
/// <see cref="SqliteDurability.Relaxed"/> when all processes see them.</para>
/// <para>The time of record is the machine's clock. What is damaged is moved aside and replaced by an empty database: entries, leases and epochs
/// go together, and epochs never go back.</para>
/// <para>Other processes learn of changes through a table, which they look at every <see cref="SqliteStoreOptions.PollInterval"/>.</para>
/// </remarks>
public sealed partial class SqliteStore : ICacheStore, IEpochStore, ILeasingStore, ICoherentStore
{
    /// <summary>What SQLite takes in a row, less what lies beside the value.</summary>
    private const int LongestRow = 1_000_000_000 - 1024;

    private static readonly TimeSpan ReadRetry = TimeSpan.FromMilliseconds(1);

    private readonly SqliteStoreOptions _options;
    private readonly SqliteTelemetry _telemetry;
    private readonly ReaderPool _readers;
    private readonly Writer _writer;
    private readonly ChangeWatcher _watcher;
    private readonly Upkeep _upkeep;
    private int _disposed;

    /// <summary>Makes a store. It opens the file when it is first used or observed.</summary>
    /// <param name="options">Where the file is, and how it is used.</param>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public SqliteStore(SqliteStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SqliteStoreOptionsValidation.Validate(options);
        _options = options with { Path = DatabasePath.Of(options.Path) };
        _telemetry = new SqliteTelemetry(_options);
        Recency? recency = _options.MaxBytes is null && _options.MaxEntries is null ? null : new Recency();
        long self = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue | 1; // Never that of nobody.
        _readers = new ReaderPool(_options.Path, recency);
        _writer = new Writer(_options, _telemetry, _readers, recency, self);
        _watcher = new ChangeWatcher(_options, _telemetry, _writer, _readers, self);
        _writer.Committed = _watcher.Pulse;
        _upkeep = new Upkeep(_options, _telemetry, _writer);
    }

    /// <summary>Makes a store with the default options.</summary>
    /// <param name="path">The database file, made when it is missing.</param>
    /// <exception cref="InvalidCacheOptionsException">It is no path of a file.</exception>
    public SqliteStore(string path)
        : this(new SqliteStoreOptions { Path = path })
    {
    }

    /// <inheritdoc/>
    public string Name => "sqlite";

    /// <summary>What the store has done since it was made, and what it holds.</summary>
    public SqliteStatistics Statistics => _telemetry.Snapshot();

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ReadAsync(key, static (reader, key, now) => reader.Get(key, now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return ReadAsync(keys, static (reader, keys, now) => reader.GetMany(keys, now), cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The TTL is not positive, or key and value are longer than the billion bytes that SQLite takes.</exception>
    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        byte[] name = KeyBytes.Of(key);
        RequireShort(name, value);
        await WriteAsync(
            transaction =>
            {
                transaction.Entries.Set(name, value.Span, timeToLive);
                return true;
            },
            cancellationToken,
            bytes: name.Length + value.Length).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] name = KeyBytes.Of(key);
        return new(WriteAsync(transaction => transaction.Entries.Remove(name), cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        cancellationToken.ThrowIfCancellationRequested();
        // Several transactions' worth: others get their turn in between, and those that come together share a flush.
        long removed = 0;
        foreach (string[] some in keys.Chunk(RemovalStep))
        {
            byte[][] names = Array.ConvertAll(some, KeyBytes.Of);
            removed += await WriteAsync(transaction => names.LongCount(name => transaction.Entries.Remove(name)), cancellationToken).ConfigureAwait(false);
        }

        return removed;
    }

    /// <inheritdoc/>
    public ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ReadAsync(key, static (reader, key, now) => reader.GetTimeToLive(key, now), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        byte[] name = KeyBytes.Of(key);
        return await WriteAsync(transaction => transaction.Entries.SetTimeToLive(name, timeToLive), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends what is under way, and closes the file. The last process to do so carries the log into it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _upkeep.DisposeAsync().ConfigureAwait(false);
        await _watcher.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        _readers.Dispose();
    }

    private static void RequirePositive(TimeSpan? span, string parameter)
    {
        if (span is { Ticks: <= 0 })
            throw new ArgumentOutOfRangeException(parameter, span, $"The span is {span}; it must be positive.");
    }

    private static void RequireShort(byte[] name, ReadOnlyMemory<byte> value)
    {
        if ((long)name.Length + value.Length > LongestRow)
            throw new ArgumentOutOfRangeException(nameof(value), value.Length, $"The value has {value.Length} bytes, and its key {name.Length}; SQLite takes {LongestRow} for both.");
    }

    private Task<T> WriteAsync<T>(Func<WriteTransaction, T> work, CancellationToken cancellationToken, int bytes = 0, bool isDurable = true)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        _upkeep.EnsureStarted();
        return _writer.WriteAsync(work, isDurable, bytes, cancellationToken);
    }

    // On the caller's thread: it takes microseconds, less than handing it to another.
    private ValueTask<T> ReadAsync<TArgument, T>(TArgument argument, Func<Reader, TArgument, long, T> read, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            if (_writer.IsOpen && _watcher.IsReady && TryRead(argument, read, out T answer, out _))
                return new ValueTask<T>(answer);
        }
        catch (Exception error)
        {
            return ValueTask.FromException<T>(error);
        }

        return ReadLaterAsync(argument, read, cancellationToken);
    }

    // The file is not open yet, is being replaced, or another process has it for itself for a moment.
    private async ValueTask<T> ReadLaterAsync<TArgument, T>(TArgument argument, Func<Reader, TArgument, long, T> read, CancellationToken cancellationToken)
    {
        long began = _options.TimeProvider.GetTimestamp();
        while (true)
        {
            await WriteAsync(static _ => true, cancellationToken, isDurable: false).ConfigureAwait(false);
            await _watcher.Ready.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (TryRead(argument, read, out T answer, out SqliteStoreException? hindrance))
                return answer;
            if (_options.TimeProvider.GetElapsedTime(began) >= _options.BusyTimeout)
                throw hindrance;
            await Task.Delay(ReadRetry, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool TryRead<TArgument, T>(TArgument argument, Func<Reader, TArgument, long, T> read, out T answer, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out SqliteStoreException? hindrance)
    {
        int generation = _readers.Generation;
        Reader? reader = null;
        try
        {
            reader = _readers.Rent();
            generation = reader.Generation;
            answer = read(reader, argument, Instant.Of(_options.TimeProvider));
            hindrance = null;
            Reader finished = reader;
            reader = null;
            _readers.Return(finished);
            return true;
        }
        catch (SqliteStoreException error) when (error.Failure is SqliteFailure.Locked or SqliteFailure.Damaged)
        {
            if (error.Failure == SqliteFailure.Damaged)
                _writer.ReportDamage(error, generation);
            hindrance = error;
            answer = default!;
            return false;
        }
        finally
        {
            reader?.Dispose();
        }
    }
}
