using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Larder.Stores;

namespace Larder.Conformance.Faults;

/// <summary>
/// A store that goes wrong in front of a real one when a test tells it to, and records every call.
/// It has none of the capabilities, whatever the real one can do; <see cref="FaultyCapableStore"/> has all of them.
/// </summary>
/// <remarks>
/// A fault acts on the calls that begin while it stands. Several may act on one call, in the order in which they
/// were made: first all that concern the request, then the store does its work, then all that concern the reply.
/// </remarks>
public class FaultyStore(ICacheStore inner) : ICacheStore
{
    private ImmutableList<Fault> _faults = [];
    private ImmutableList<StoreCall> _calls = [];

    public string Name => inner.Name;

    /// <summary>Every call so far, in the order in which they began.</summary>
    public IReadOnlyList<StoreCall> Calls => Volatile.Read(ref _calls);

    /// <summary>Whether the store was disposed, and with it the real one.</summary>
    public bool Disposed { get; private set; }

    /// <summary>How many calls of these kinds there were.</summary>
    public int Count(StoreCalls calls = StoreCalls.All, string? key = null) =>
        Calls.Count(call => calls.HasFlag(call.Call) && (key is null || call.Keys.Contains(key)));

    public void ForgetCalls() => Volatile.Write(ref _calls, []);

    /// <summary>The request is lost: the call throws and nothing is done.</summary>
    public Fault Throw(StoreCalls calls = StoreCalls.All, string? key = null, int times = int.MaxValue, Func<Exception>? exception = null) =>
        Add(new Fault(this, calls, key, times) { ThrowBefore = exception ?? Failure });

    /// <summary>The reply is lost: the store does its work, and the call throws all the same.</summary>
    public Fault ThrowAfter(StoreCalls calls = StoreCalls.All, string? key = null, int times = int.MaxValue, Func<Exception>? exception = null) =>
        Add(new Fault(this, calls, key, times) { ThrowAfter = exception ?? Failure });

    /// <summary>The request is under way until the fault ends; then the store does its work.</summary>
    public Fault Hold(StoreCalls calls = StoreCalls.All, string? key = null, int times = int.MaxValue, bool ignoreCancellation = false) =>
        Add(new Fault(this, calls, key, times) { HoldsRequest = true, IgnoresCancellation = ignoreCancellation });

    /// <summary>The store does its work at once; the reply is under way until the fault ends.</summary>
    public Fault HoldReply(StoreCalls calls = StoreCalls.All, string? key = null, int times = int.MaxValue, bool ignoreCancellation = false) =>
        Add(new Fault(this, calls, key, times) { HoldsReply = true, IgnoresCancellation = ignoreCancellation });

    /// <summary>What is read comes out changed.</summary>
    public Fault Change(Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change, string? key = null, int times = int.MaxValue) =>
        Add(new Fault(this, StoreCalls.Get | StoreCalls.GetMany, key, times) { Change = change });

    /// <summary>What is read comes out cut to its first <paramref name="length"/> bytes.</summary>
    public Fault Truncate(int length, string? key = null, int times = int.MaxValue) =>
        Change(value => value is { } bytes ? bytes[..Math.Min(length, bytes.Length)] : default(ReadOnlyMemory<byte>?), key, times);

    /// <summary>What is read comes out as other bytes of the same length.</summary>
    public Fault Garble(string? key = null, int times = int.MaxValue, int seed = 1) =>
        Change(
            value =>
            {
                if (value is not { } bytes)
                    return null;
                byte[] garbage = new byte[bytes.Length];
                new Random(seed).NextBytes(garbage);
                return garbage;
            },
            key,
            times);

    /// <summary>Ends every fault.</summary>
    public void Heal()
    {
        foreach (Fault fault in Volatile.Read(ref _faults))
            fault.End();
    }

    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.Get, [key], () => inner.GetAsync(key, cancellationToken), cancellationToken, static (value, change) => change(value));

    public ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.GetMany, keys, () => inner.GetManyAsync(keys, cancellationToken), cancellationToken, static (values, change) => Array.ConvertAll(values, value => change(value)));

    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
        await CallAsync(StoreCalls.Set, [key], () => Answered(inner.SetAsync(key, value, timeToLive, cancellationToken)), cancellationToken);

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.Remove, [key], () => inner.RemoveAsync(key, cancellationToken), cancellationToken);

    public ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.RemoveMany, keys, () => inner.RemoveManyAsync(keys, cancellationToken), cancellationToken);

    public ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.GetTimeToLive, [key], () => inner.GetTimeToLiveAsync(key, cancellationToken), cancellationToken);

    public ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
        CallAsync(StoreCalls.SetTimeToLive, [key], () => inner.SetTimeToLiveAsync(key, timeToLive, cancellationToken), cancellationToken);

    /// <summary>A fault of <see cref="StoreCalls.Scan"/> acts before the first key, one that concerns the reply after the last.</summary>
    public async IAsyncEnumerable<string> ScanAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ImmutableList<Fault> faults = Begin(new StoreCall(StoreCalls.Scan, [prefix]));
        foreach (Fault fault in faults)
            await fault.BeforeAsync(cancellationToken);
        await foreach (string key in inner.ScanAsync(prefix, cancellationToken))
            yield return key;
        foreach (Fault fault in faults)
            await fault.AfterAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Disposed = true;
        await inner.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal void Forget(Fault fault) => ImmutableInterlocked.Update(ref _faults, static (all, one) => all.Remove(one), fault);

    protected static async ValueTask<bool> Answered(ValueTask call)
    {
        await call;
        return true;
    }

    protected async ValueTask<T> CallAsync<T>(StoreCalls call, IReadOnlyList<string> keys, Func<ValueTask<T>> work, CancellationToken cancellationToken, Func<T, Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>, T>? change = null)
    {
        ImmutableList<Fault> faults = Begin(new StoreCall(call, [.. keys]));
        foreach (Fault fault in faults)
            await fault.BeforeAsync(cancellationToken);
        T result = await work();
        foreach (Fault fault in faults)
        {
            if (fault.Change is not null && change is not null)
                result = change(result, fault.Change);
            await fault.AfterAsync(cancellationToken);
        }

        return result;
    }

    private static IOException Failure() => new("The store was told to fail.");

    private Fault Add(Fault fault)
    {
        ImmutableInterlocked.Update(ref _faults, static (all, one) => all.Add(one), fault);
        return fault;
    }

    private ImmutableList<Fault> Begin(StoreCall call)
    {
        ImmutableInterlocked.Update(ref _calls, static (all, one) => all.Add(one), call);
        return Volatile.Read(ref _faults).FindAll(fault => fault.Catches(call));
    }
}
