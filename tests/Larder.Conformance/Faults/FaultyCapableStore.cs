using Larder.Stores;

namespace Larder.Conformance.Faults;

/// <summary>A <see cref="FaultyStore"/> with every capability, in front of a store that has them all.</summary>
public sealed class FaultyCapableStore : FaultyStore, IEpochStore, ILeasingStore, ICoherentStore
{
    private readonly IEpochStore _epochs;
    private readonly ILeasingStore _leases;
    private readonly ICoherentStore _coherence;
    private readonly Lock _gate = new(); // Protects the two below.
    private readonly Queue<Action> _held = [];
    private int _holds;

    public FaultyCapableStore(InMemoryStore inner)
        : this(inner, inner, inner, inner)
    {
    }

    public FaultyCapableStore(ICacheStore inner, IEpochStore epochs, ILeasingStore leases, ICoherentStore coherence)
        : base(inner)
    {
        _epochs = epochs;
        _leases = leases;
        _coherence = coherence;
    }

    public ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.GetEpochs, names, () => _epochs.GetEpochsAsync(names, cancellationToken), cancellationToken);

    public ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.BumpEpoch, [name], () => _epochs.BumpEpochAsync(name, cancellationToken), cancellationToken);

    public ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.TryAcquireLease, [key], () => _leases.TryAcquireLeaseAsync(key, duration, cancellationToken), cancellationToken);

    public ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.SetWithLease, [key], () => _leases.SetWithLeaseAsync(key, lease, value, timeToLive, cancellationToken), cancellationToken);

    public async ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken) =>
        await CallAsync(StoreCalls.ReleaseLease, [key], () => Answered(_leases.ReleaseLeaseAsync(key, lease, cancellationToken)), cancellationToken);

    public async ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken) =>
        await CallAsync(StoreCalls.WaitForLease, [key], () => Answered(_leases.WaitForLeaseAsync(key, cancellationToken)), cancellationToken);

    public IDisposable Observe(IStoreObserver observer) => _coherence.Observe(new LateObserver(this, observer));

    /// <summary>Keeps what the store tells its observer back, until the result is disposed; then it is told in order.</summary>
    public IDisposable HoldNotifications()
    {
        lock (_gate)
            _holds++;
        return new NotificationHold(this);
    }

    private void Tell(Action notification)
    {
        lock (_gate)
        {
            if (_holds > 0)
            {
                _held.Enqueue(notification);
                return;
            }
        }

        notification();
    }

    private void Release()
    {
        // Told under the gate, so that no later notification overtakes these.
        lock (_gate)
        {
            if (--_holds > 0)
                return;
            while (_held.TryDequeue(out Action? notification))
                notification();
        }
    }

    private sealed class NotificationHold(FaultyCapableStore store) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                store.Release();
        }
    }

    private sealed class LateObserver(FaultyCapableStore store, IStoreObserver observer) : IStoreObserver
    {
        public void OnChanged(string key) => store.Tell(() => observer.OnChanged(key));

        public void OnEpochChanged(string name) => store.Tell(() => observer.OnEpochChanged(name));

        public void OnConnectionLost() => store.Tell(observer.OnConnectionLost);

        public void OnConnectionRestored() => store.Tell(observer.OnConnectionRestored);
    }
}
