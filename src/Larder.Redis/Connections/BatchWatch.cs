namespace Larder.Redis.Connections;

/// <summary>Notices a batch of answers that one caller holds up, and has it opened: a caller that blocks must not keep the others waiting, least of all one that it waits for.</summary>
/// <remarks>
/// It looks every <see cref="Patience"/> while batches run, and opens those that it has seen before. The time is the
/// machine's, not the cache's: it is about threads.
/// </remarks>
internal sealed class BatchWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    private readonly ITimer _timer;
    private readonly Lock _gate = new(); // Protects the fields below, and a batch from being used again while it is opened.
    private readonly List<ReplyBatch> _running = [];
    private bool _isSet;
    private bool _disposed;

    private ReplyBatch? _spare;

    public BatchWatch() =>
        _timer = TimeProvider.System.CreateTimer(static self => ((BatchWatch)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>A batch, new or used.</summary>
    public ReplyBatch Rent() => Interlocked.Exchange(ref _spare, null) ?? new ReplyBatch(this);

    /// <summary>Takes back a batch that has run.</summary>
    public void Return(ReplyBatch batch) => Volatile.Write(ref _spare, batch);

    /// <summary>A batch begins to run.</summary>
    /// <returns>Whether it is watched; if not, it must hold up nobody.</returns>
    public bool TryBegin(ReplyBatch batch)
    {
        lock (_gate)
        {
            if (_disposed)
                return false;
            batch.WasSeen = false;
            _running.Add(batch);
            Set();
            return true;
        }
    }

    /// <summary>It has run.</summary>
    public void End(ReplyBatch batch)
    {
        lock (_gate)
            _running.Remove(batch);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (ReplyBatch batch in _running)
                batch.Open();
        }

        _timer.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            _isSet = false;
            bool more = false;
            foreach (ReplyBatch batch in _running)
            {
                more |= !batch.WasSeen;
                if (batch.WasSeen)
                    batch.Open();
                batch.WasSeen = true;
            }

            if (more && !_disposed)
                Set();
        }
    }

    private void Set()
    {
        if (_isSet)
            return;
        _isSet = true;
        _timer.Change(Patience, Timeout.InfiniteTimeSpan);
    }
}
