using Larder.Stores;

namespace Larder.Tests.Stores;

/// <summary>A store that does what the one behind it does, but for what is overridden.</summary>
internal abstract class StoreDecorator(InMemoryStore inner) : ICacheStore, IEpochStore, ILeasingStore, ICoherentStore
{
    public string Name => inner.Name;

    public virtual ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public virtual ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => inner.GetManyAsync(keys, cancellationToken);

    public virtual ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) => inner.SetAsync(key, value, timeToLive, cancellationToken);

    public virtual ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) => inner.RemoveAsync(key, cancellationToken);

    public ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => inner.RemoveManyAsync(keys, cancellationToken);

    public ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken) => inner.GetTimeToLiveAsync(key, cancellationToken);

    public virtual ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken) => inner.SetTimeToLiveAsync(key, timeToLive, cancellationToken);

    public virtual IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken) => inner.ScanAsync(prefix, cancellationToken);

    public virtual ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) => inner.GetEpochsAsync(names, cancellationToken);

    public virtual ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken) => inner.BumpEpochAsync(name, cancellationToken);

    public ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken) => inner.TryAcquireLeaseAsync(key, duration, cancellationToken);

    public virtual ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) => inner.SetWithLeaseAsync(key, lease, value, timeToLive, cancellationToken);

    public virtual ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken) => inner.ReleaseLeaseAsync(key, lease, cancellationToken);

    public virtual ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken) => inner.WaitForLeaseAsync(key, cancellationToken);

    public virtual IDisposable Observe(IStoreObserver observer) => inner.Observe(observer);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
