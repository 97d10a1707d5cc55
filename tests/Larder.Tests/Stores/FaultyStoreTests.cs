using Larder.Conformance;
using Larder.Conformance.Faults;
using Larder.Stores;

namespace Larder.Tests.Stores;

/// <summary>The store that goes wrong does so as told, and not otherwise: other tests rest on it.</summary>
public sealed class FaultyStoreTests
{
    private static readonly byte[] Value = [1, 2, 3, 4];
    private readonly InMemoryStore _inner = new();
    private readonly FaultyCapableStore _store;

    public FaultyStoreTests() => _store = new FaultyCapableStore(_inner);

    [Fact]
    public async Task Lost_request_does_nothing()
    {
        using Fault fault = _store.Throw(StoreCalls.Writes);

        await Assert.ThrowsAsync<IOException>(() => _store.SetAsync("key", Value, null, default).AsTask());
        Assert.False((await _store.GetAsync("key", default)).HasValue);
        Assert.Equal(1, fault.Happened);
    }

    [Fact]
    public async Task Lost_reply_does_its_work()
    {
        using Fault fault = _store.ThrowAfter(StoreCalls.Set, exception: () => new TimeoutException());

        await Assert.ThrowsAsync<TimeoutException>(() => _store.SetAsync("key", Value, null, default).AsTask());
        Assert.True((await _store.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public async Task Fault_is_about_its_key_and_as_often_as_told()
    {
        _store.Throw(StoreCalls.Get | StoreCalls.GetMany, key: "a", times: 2);

        await _store.GetAsync("b", default);
        await Assert.ThrowsAsync<IOException>(() => _store.GetAsync("a", default).AsTask());
        await Assert.ThrowsAsync<IOException>(() => _store.GetManyAsync(["b", "a"], default).AsTask());
        await _store.GetAsync("a", default);
    }

    [Fact]
    public async Task Held_request_works_when_it_is_let_go()
    {
        Fault fault = _store.Hold(StoreCalls.Set);
        Task write = _store.SetAsync("key", Value, null, default).AsTask();
        await fault.ReachedAsync();
        Assert.False((await _inner.GetAsync("key", default)).HasValue);

        fault.End();
        await write;

        Assert.True((await _inner.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public async Task Held_reply_is_what_the_store_said_before()
    {
        await _inner.SetAsync("key", Value, null, default);
        Fault fault = _store.HoldReply(StoreCalls.Get);
        Task<ReadOnlyMemory<byte>?> read = _store.GetAsync("key", default).AsTask();
        await fault.ReachedAsync();
        await _inner.RemoveAsync("key", default);

        _store.Heal();

        Assert.True((await read).HasValue);
        Assert.False((await _store.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public async Task Held_call_can_be_cancelled_unless_told_otherwise()
    {
        using var cancellation = new CancellationTokenSource();
        Fault polite = _store.Hold(StoreCalls.Get);
        Task<ReadOnlyMemory<byte>?> read = _store.GetAsync("key", cancellation.Token).AsTask();
        polite.Dispose();
        await read;
        _store.Hold(StoreCalls.Get, key: "polite");
        Fault deaf = _store.Hold(StoreCalls.Get, key: "deaf", ignoreCancellation: true);
        Task<ReadOnlyMemory<byte>?> politeRead = _store.GetAsync("polite", cancellation.Token).AsTask();
        Task<ReadOnlyMemory<byte>?> deafRead = _store.GetAsync("deaf", cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => politeRead);
        Assert.False(deafRead.IsCompleted);
        deaf.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => deafRead);
    }

    [Fact]
    public async Task Bytes_come_out_cut_or_garbled_and_misses_stay_misses()
    {
        await _inner.SetAsync("key", Value, null, default);

        using (_store.Truncate(2))
        {
            Assert.Equal([1, 2], (await _store.GetAsync("key", default))!.Value.ToArray());
            Assert.False((await _store.GetAsync("missing", default)).HasValue);
        }

        using (_store.Garble())
        {
            ReadOnlyMemory<byte>?[] values = await _store.GetManyAsync(["key", "missing"], default);
            Assert.Equal(Value.Length, values[0]!.Value.Length);
            Assert.NotEqual(Value, values[0]!.Value.ToArray());
            Assert.False(values[1].HasValue);
        }

        Assert.Equal(Value, (await _store.GetAsync("key", default))!.Value.ToArray());
    }

    [Fact]
    public async Task Calls_are_recorded_in_order()
    {
        await _store.SetAsync("a", Value, null, default);
        await _store.BumpEpochAsync("name", default);
        await foreach (string _ in _store.ScanAsync("a", default))
        {
        }

        Assert.Equal([(StoreCalls.Set, "a"), (StoreCalls.BumpEpoch, "name"), (StoreCalls.Scan, "a")], _store.Calls.Select(call => (call.Call, call.Keys[0])));
        Assert.Equal(1, _store.Count(StoreCalls.Set | StoreCalls.Scan, key: "a") - _store.Count(StoreCalls.Scan));
    }

    [Fact]
    public async Task Held_notifications_come_late_and_in_order()
    {
        var observer = new RecordingObserver();
        using IDisposable observation = _store.Observe(observer);

        using (_store.HoldNotifications())
        {
            await _inner.Connect().SetAsync("key", Value, null, default);
            Assert.Equal(0, observer.CountChanged("key"));
        }

        Assert.Equal(1, observer.CountChanged("key"));
    }

    [Fact]
    public void Plain_faulty_store_has_no_capabilities()
    {
        ICacheStore store = new FaultyStore(_inner);

        Assert.False(store is IEpochStore or ILeasingStore or ICoherentStore);
    }
}
