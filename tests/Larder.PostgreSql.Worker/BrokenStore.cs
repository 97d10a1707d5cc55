using Larder.Stores;

namespace Larder.PostgreSql.Worker;

/// <summary>A store with one check left out, to show that the history checker notices.</summary>
internal sealed class BrokenStore(PostgreSqlStore inner, string breakage) : ICacheStore, IEpochStore, ILeasingStore, ICoherentStore
{
    public string Name => inner.Name;

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => inner.GetManyAsync(keys, cancellationToken);

    public ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) => inner.SetAsync(key, value, timeToLive, cancellationToken);

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) => inner.RemoveAsync(key, cancellationToken);

    public ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => inner.RemoveManyAsync(keys, cancellationToken);

    public ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken) => inner.GetTimeToLiveAsync(key, cancellationToken);

    public ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken) => inner.SetTimeToLiveAsync(key, timeToLive, cancellationToken);

    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken) => inner.ScanAsync(prefix, cancellationToken);

    public ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) => inner.GetEpochsAsync(names, cancellationToken);

    public ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken) => inner.BumpEpochAsync(name, cancellationToken);

    public ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken) => inner.TryAcquireLeaseAsync(key, duration, cancellationToken);

    public async ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        if (breakage != "lease")
            return await inner.SetWithLeaseAsync(key, lease, value, timeToLive, cancellationToken);
        await Task.Delay(3, cancellationToken); // A holder that is slow, as every one may be.
        await inner.SetAsync(key, value, timeToLive, cancellationToken);
        return true;
    }

    public ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken) => inner.ReleaseLeaseAsync(key, lease, cancellationToken);

    public ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken) => inner.WaitForLeaseAsync(key, cancellationToken);

    public IDisposable Observe(IStoreObserver observer) => inner.Observe(breakage == "push" ? new Deaf(observer) : observer);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    // Hears only every other change.
    private sealed class Deaf(IStoreObserver observer) : IStoreObserver
    {
        private int _changes;

        public void OnChanged(string key)
        {
            if (Interlocked.Increment(ref _changes) % 2 == 0)
                observer.OnChanged(key);
        }

        public void OnEpochChanged(string name) => observer.OnEpochChanged(name);

        public void OnConnectionLost() => observer.OnConnectionLost();

        public void OnConnectionRestored() => observer.OnConnectionRestored();
    }
}
