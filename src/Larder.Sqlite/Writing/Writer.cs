using Larder.Sqlite.Diagnostics;
using Larder.Sqlite.Files;
using Larder.Sqlite.Reading;

namespace Larder.Sqlite.Writing;

/// <summary>What writes: one thread of the store's own. What waits while it is busy shares the next transaction: group commit.</summary>
/// <remarks>
/// <para>A change is acknowledged after its transaction: when the log was flushed to the disk, if the store is durable. The more writers there are,
/// the more share a flush, which is nearly all that a durable write costs.</para>
/// <para>A small change of a store that waits for no disk is made on its caller's thread, if nothing else is under way: handing it over would take as long as
/// making it.</para>
/// <para>A transaction that fails is undone and its changes are tried one by one, so that only those fail that cannot be made. A change that has not
/// begun can be cancelled, also while another process holds the file.</para>
/// </remarks>
internal sealed partial class Writer : IAsyncDisposable
{
    private const int MostChanges = 512;
    private const int MostBytes = 16 * 1024 * 1024;
    private const int MostBytesOnCallersThread = 16 * 1024;
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMilliseconds(0.2);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMilliseconds(5);

    private readonly SqliteStoreOptions _options;
    private readonly SqliteTelemetry _telemetry;
    private readonly DamagedFile _file;
    private readonly ReaderPool _readers;
    private readonly Recency? _recency;
    private readonly long _self;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly object _gate = new(); // Protects the four below; pulsed when one of them changes.
    private readonly Queue<WriteOperation> _waiting = new();
    private bool _isWriting; // Somebody has the transaction.
    private bool _started;
    private bool _ending;

    // Only of who has set _isWriting.
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

    /// <summary>Called after every transaction, before its changes are acknowledged.</summary>
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
        if (TryTakeTransaction(operation))
        {
            bool isDone = TryExecuteNow(operation);
            ReturnTransaction();
            if (isDone)
                return await operation.Done.ConfigureAwait(false);
        }

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
            ReturnTransaction();
            group.Clear();
        }

        Close();
        _ended.TrySetResult();
    }

    // On the caller's thread, when nothing waits.
    private bool TryTakeTransaction(WriteOperation operation)
    {
        if (!_isOpen || operation.Bytes > MostBytesOnCallersThread || Flushes(operation))
            return false;
        lock (_gate)
        {
            if (_isWriting || _waiting.Count > 0 || _ending)
                return false;
            return _isWriting = true;
        }
    }

    private void ReturnTransaction()
    {
        lock (_gate)
        {
            _isWriting = false;
            if (_waiting.Count > 0 || _ending)
                Monitor.PulseAll(_gate);
        }
    }

    private bool TakeGroup(List<WriteOperation> group)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 || _isWriting)
            {
                if (_ending && !_isWriting)
                    return false;
                Monitor.Wait(_gate);
            }

            _isWriting = true;

            long bytes = 0;
            while (group.Count < MostChanges && bytes < MostBytes && _waiting.TryDequeue(out WriteOperation? operation))
            {
                group.Add(operation);
                bytes += operation.Bytes;
            }

            return true;
        }
    }
}
