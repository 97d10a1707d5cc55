using Larder.Sqlite.Diagnostics;
using Larder.Sqlite.Files;
using Larder.Sqlite.Reading;

namespace Larder.Sqlite.Writing;

/// <summary>The one thread of a store that writes. What waits while it is busy shares the next transaction: group commit.</summary>
/// <remarks>
/// <para>A change is acknowledged after its transaction: when the log was flushed to the disk, if the store is durable. The more writers there are,
/// the more share a flush, which is nearly all that a durable write costs.</para>
/// <para>A transaction that fails is undone and its changes are tried one by one, so that only those fail that cannot be made. A change that has not
/// begun can be cancelled, also while another process holds the file.</para>
/// </remarks>
internal sealed class Writer : IAsyncDisposable
{
    private const int MostChanges = 512;
    private const int MostBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMilliseconds(0.2);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMilliseconds(5);

    private readonly SqliteStoreOptions _options;
    private readonly SqliteTelemetry _telemetry;
    private readonly DamagedFile _file;
    private readonly ReaderPool _readers;
    private readonly Recency? _recency;
    private readonly long _self;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly object _gate = new(); // Protects the three below; pulsed when one of them changes.
    private readonly Queue<WriteOperation> _waiting = new();
    private bool _started;
    private bool _ending;

    // Only the thread's own.
    private WriteTransaction? _transaction;
    private bool _hasBeenOpen;

    // Written by whoever finds damage; taken by the thread.
    private SqliteStoreException? _damage;
    private volatile bool _isOpen;

    public Writer(SqliteStoreOptions options, SqliteTelemetry telemetry, ReaderPool readers, Recency? recency, long self)
    {
        (_options, _telemetry, _readers, _recency, _self) = (options, telemetry, readers, recency, self);
        _file = new DamagedFile(options, telemetry);
    }

    /// <summary>Whether the file is open, as far as is known: its tables are there and can be read.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Called on the thread after every transaction, before its changes are acknowledged.</summary>
    public Action? Committed { get; set; }

    /// <summary>Makes a change. It is done when the task is.</summary>
    /// <param name="work">Makes it within a transaction; maybe twice, if the first transaction fails.</param>
    /// <param name="isDurable">Whether the acknowledgement waits for the disk, where the store's do.</param>
    /// <param name="bytes">What it adds, in bytes.</param>
    /// <param name="cancellationToken">Gives it up, unless it has begun.</param>
    public async Task<T> WriteAsync<T>(Func<WriteTransaction, T> work, bool isDurable, int bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var operation = new WriteOperation<T>(work) { IsDurable = isDurable, Bytes = bytes };
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ending, typeof(SqliteStore));
            _waiting.Enqueue(operation);
            if (!_started)
                Start();
            else if (_waiting.Count == 1)
                Monitor.Pulse(_gate);
        }

        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (operation, token) => ((WriteOperation<T>)operation!).Cancel(token),
            operation);
        return await operation.Done.ConfigureAwait(false);
    }

    /// <summary>A reader has found damage: the file is opened anew, and replaced if need be, before the next change.</summary>
    public void ReportDamage(SqliteStoreException damage, int generation)
    {
        if (generation != _readers.Generation)
            return;
        _isOpen = false;
        Interlocked.CompareExchange(ref _damage, damage, null);
    }

    /// <summary>Does what waits, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _ending = true;
            if (!_started)
                _ended.TrySetResult();
            Monitor.PulseAll(_gate);
        }

        await _ended.Task.ConfigureAwait(false);
    }

    private void Start()
    {
        _started = true;
        new Thread(Run) { IsBackground = true, Name = "Larder SQLite writer" }.Start();
    }

    private void Run()
    {
        List<WriteOperation> group = [];
        while (TakeGroup(group))
        {
            Execute(group, mayReplace: true);
            group.Clear();
        }

        Close();
        _ended.TrySetResult();
    }

    private bool TakeGroup(List<WriteOperation> group)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_ending)
                    return false;
                Monitor.Wait(_gate);
            }

            long bytes = 0;
            while (group.Count < MostChanges && bytes < MostBytes && _waiting.TryDequeue(out WriteOperation? operation))
            {
                group.Add(operation);
                bytes += operation.Bytes;
            }

            return true;
        }
    }

    private void Execute(List<WriteOperation> group, bool mayReplace)
    {
        try
        {
            WriteTransaction transaction = Open();
            if (!TryBegin(transaction, group))
                return;
            List<WriteOperation> begun = group.FindAll(static operation => operation.TryBegin());
            foreach (WriteOperation operation in begun)
                operation.Execute(transaction);
            transaction.Commit();
            _telemetry.Committed(begun.Count, transaction.EntryCount, transaction.ByteCount);
            Committed?.Invoke();
            begun.ForEach(static operation => operation.Complete());
        }
        catch (SqliteStoreException error) when (error.Failure == SqliteFailure.Damaged && mayReplace)
        {
            Volatile.Write(ref _damage, error);
            Execute(group, mayReplace: false);
        }
        catch (Exception error)
        {
            Undo();
            if (group.Count == 1)
            {
                if (group[0].TryBegin())
                    group[0].Fail(error);
                return;
            }

            foreach (WriteOperation operation in group)
                Execute([operation], mayReplace);
        }
    }

    // Waits for another process to end its transaction; whoever is cancelled meanwhile is gone at once.
    private bool TryBegin(WriteTransaction transaction, List<WriteOperation> group)
    {
        bool flushes = _options.Durability == SqliteDurability.Durable && group.Exists(static operation => operation.IsDurable);
        long began = _options.TimeProvider.GetTimestamp();
        TimeSpan wait = ShortestRetry;
        while (!transaction.TryBegin(flushes))
        {
            if (_options.TimeProvider.GetElapsedTime(began) >= _options.BusyTimeout)
            {
                _telemetry.LockTimedOut();
                var error = new SqliteStoreException(SqliteFailure.Locked, $"SQLite '{_options.Path}' is locked: another process has been writing for {_options.BusyTimeout} ({nameof(SqliteStoreOptions.BusyTimeout)}).");
                foreach (WriteOperation operation in group.FindAll(static operation => operation.TryBegin()))
                    operation.Fail(error);
                return false;
            }

            Thread.Sleep(wait);
            wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry;
        }

        return true;
    }

    private void Undo()
    {
        try
        {
            _transaction?.Rollback();
        }
        catch (SqliteStoreException)
        {
            Close(); // What cannot be undone is undone by closing.
        }
    }

    private WriteTransaction Open()
    {
        SqliteStoreException? damage = Interlocked.Exchange(ref _damage, null);
        if (_transaction is { } open)
        {
            if (damage is null && !open.HasMoved)
                return open;
            if (damage is null)
                _telemetry.Moved();
        }

        byte[]? damaged = damage is null ? null : _transaction?.Identity;
        Close();
        Connection connection = _file.OpenOrReplace(damaged, damage);
        try
        {
            _transaction = new WriteTransaction(connection, _options, _telemetry, _self, _recency);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        if (_hasBeenOpen)
            _readers.Renew();
        _hasBeenOpen = true;
        _isOpen = true;
        return _transaction;
    }

    private void Close()
    {
        _isOpen = false;
        _transaction?.Dispose();
        _transaction = null;
    }
}
