using Larder.PostgreSql.Coherence;
using Larder.Stores;

namespace Larder;

/// <content>What the server tells of changes.</content>
public sealed partial class PostgreSqlStore : IChangeObserver
{
    // Read on the listener's thread. Nobody is told after it was taken away, except by a call that is under way.
    private volatile IStoreObserver? _observer;
    private int _observed;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">This store has been observed before.</exception>
    public IDisposable Observe(IStoreObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (Interlocked.Exchange(ref _observed, 1) != 0)
            throw new InvalidOperationException("This store has an observer, or had one; make another store.");
        _observer = observer;
        _listener.Start();
        return new Observation(this);
    }

    void IChangeObserver.OnChange(ChangeKind kind, string sender, string key)
    {
        bool isOwn = sender == _sender;
        switch (kind)
        {
            case ChangeKind.Entry:
                if (!isOwn)
                    _observer?.OnChanged(key);
                _waits.Signal(key);
                break;
            case ChangeKind.Expiry:
                // Copies have the same TTL. Who is already computing what comes next must not be told to throw that away.
                if (!_waits.IsAwaited(key) && !_held.Contains(key))
                    _observer?.OnChanged(key);
                _waits.Signal(key);
                break;
            case ChangeKind.Lease:
                _waits.Signal(key);
                break;
            case ChangeKind.Epoch:
                if (!isOwn)
                    _observer?.OnEpochChanged(key);
                break;
            case ChangeKind.All:
                ((IChangeObserver)this).OnTorn();
                break;
        }
    }

    void IChangeObserver.OnTorn()
    {
        _telemetry.Reverified();
        _observer?.OnConnectionLost();
        _observer?.OnConnectionRestored();
        _waits.SignalAll();
    }

    void IChangeObserver.OnLost()
    {
        _observer?.OnConnectionLost();
        _waits.SignalAll();
    }

    void IChangeObserver.OnRestored() => _observer?.OnConnectionRestored();

    private sealed class Observation(PostgreSqlStore store) : IDisposable
    {
        public void Dispose() => store._observer = null;
    }
}
