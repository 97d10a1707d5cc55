using Larder.Conformance.Faults;
using Larder.Stores;

namespace Larder.Tests.Stress;

/// <summary>A store whose every call pauses before and after its work, and may fail at both places.</summary>
internal class PacedStore(InMemoryStore inner, IPacer pacer, RunPlan plan) : ICacheStore
{
    public string Name => "paced";

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.Get, key, () => inner.GetAsync(key, CancellationToken.None), cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.GetMany, keys.Count == 0 ? "" : keys[0], () => inner.GetManyAsync(keys, CancellationToken.None), cancellationToken);

    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
        await CallAsync(StoreCalls.Set, key, () => Answered(inner.SetAsync(key, value, timeToLive, CancellationToken.None)), cancellationToken);

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.Remove, key, () => inner.RemoveAsync(key, CancellationToken.None), cancellationToken);

    public ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.RemoveMany, keys[0], () => inner.RemoveManyAsync(keys, CancellationToken.None), cancellationToken);

    public ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.GetTimeToLive, key, () => inner.GetTimeToLiveAsync(key, CancellationToken.None), cancellationToken);

    public ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.SetTimeToLive, key, () => inner.SetTimeToLiveAsync(key, timeToLive, CancellationToken.None), cancellationToken);

    public async IAsyncEnumerable<string> ScanAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await CallAsync(StoreCalls.Scan, prefix, static () => ValueTask.FromResult(true), cancellationToken);
        await foreach (string key in inner.ScanAsync(prefix, CancellationToken.None))
            yield return key;
        await CallAsync(StoreCalls.Scan, prefix, static () => ValueTask.FromResult(true), cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return inner.DisposeAsync();
    }

    protected static async ValueTask<bool> Answered(ValueTask call)
    {
        await call;
        return true;
    }

    protected async ValueTask<T> CallAsync<T>(StoreCalls call, string key, Func<ValueTask<T>> work, CancellationToken cancellationToken)
    {
        CancellationToken token = plan.HonoursCancellation ? cancellationToken : CancellationToken.None;
        if (Pauses(call, after: false))
            await pacer.PassAsync($"store {call} {key} request", plan.Fails, token);
        T result = await work();
        if (Pauses(call, after: true))
            await pacer.PassAsync($"store {call} {key} reply", plan.Fails, token);
        return result;
    }

    private bool Pauses(StoreCalls call, bool after) => (plan.GateMask >> (System.Numerics.BitOperations.Log2((uint)call) + (after ? 14 : 0)) & 1) == 1;
}

/// <summary>The same with every capability. What is told of changes is told at once.</summary>
internal sealed class PacedCapableStore(InMemoryStore inner, IPacer pacer, RunPlan plan, History history, int cache) : PacedStore(inner, pacer, plan), IEpochStore, ILeasingStore, ICoherentStore
{
    private readonly InMemoryStore _inner = inner;

    public ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.GetEpochs, names[0], () => _inner.GetEpochsAsync(names, CancellationToken.None), cancellationToken);

    public ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.BumpEpoch, name, () => _inner.BumpEpochAsync(name, CancellationToken.None), cancellationToken);

    public ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.TryAcquireLease, key, () => _inner.TryAcquireLeaseAsync(key, duration, CancellationToken.None), cancellationToken);

    public ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.SetWithLease, key, () => _inner.SetWithLeaseAsync(key, lease, value, timeToLive, CancellationToken.None), cancellationToken);

    public async ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken) =>
        await CallAsync(StoreCalls.ReleaseLease, key, () => Answered(_inner.ReleaseLeaseAsync(key, lease, CancellationToken.None)), cancellationToken);

    public async ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken) =>
        await CallAsync(StoreCalls.WaitForLease, key, () => Answered(_inner.WaitForLeaseAsync(key, cancellationToken)), cancellationToken);

    public IDisposable Observe(IStoreObserver observer) => _inner.Observe(new Witness(observer, history, cache));

    /// <summary>Notes when a cache is told something: until then it cannot know, and what it then computes it computes for nothing.</summary>
    private sealed class Witness(IStoreObserver observer, History history, int cache) : IStoreObserver
    {
        public void OnChanged(string key) => Tell(static (observer, key) => observer.OnChanged(key), key);

        public void OnEpochChanged(string name) => Tell(static (observer, name) => observer.OnEpochChanged(name), name);

        public void OnConnectionLost() => observer.OnConnectionLost();

        public void OnConnectionRestored() => observer.OnConnectionRestored();

        private void Tell(Action<IStoreObserver, string> what, string name)
        {
            long start = history.Tick();
            what(observer, name);
            history.Add(new Telling(cache, start, history.Tick()));
        }
    }
}
