using System.Runtime.CompilerServices;

namespace Larder.Stores;

/// <summary>
/// A store in this process's own memory, with every capability: for tests, and as the example for whoever
/// writes a store.
/// </summary>
/// <remarks>
/// <para>An instance is a connection. The first one makes the data, <see cref="Connect"/> gives further
/// connections to the same data, as several processes have to one server. Disposing a connection leaves the
/// data alone, and a disposed connection can still hand out new ones: so does a cache that is restarted find
/// what it stored.</para>
/// <para>Changes are told to the observers of the other connections (to the writer's own as well with
/// <see cref="InMemoryStoreOptions.TellWriter"/>) before the call that made them completes; an expiry is told to
/// all of them when it happens.</para>
/// </remarks>
public sealed class InMemoryStore : ICacheStore, IEpochStore, ILeasingStore, ICoherentStore
{
    private readonly InMemoryTable _table;

    // Protects the fields below it, and that an observer is registered exactly while its connection stands.
    private readonly Lock _gate = new();
    private TaskCompletionSource _lost = NewSignal();
    private volatile IStoreObserver? _observer; // Read by writes without the gate: they only compare it.
    private bool _observed;
    private bool _disposed;

    /// <summary>Makes a store with data of its own.</summary>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public InMemoryStore(InMemoryStoreOptions? options = null)
    {
        options ??= new InMemoryStoreOptions();
        InMemoryStoreOptions.Validate(options);
        _table = new InMemoryTable(options);
    }

    private InMemoryStore(InMemoryTable table) => _table = table;

    /// <inheritdoc/>
    public string Name => "memory";

    /// <summary>Whether calls succeed: <see langword="true"/> until <see cref="Disconnect"/>, and again after <see cref="Reconnect"/>.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_gate)
                return !_disposed && !_lost.Task.IsCompleted;
        }
    }

    /// <summary>Makes another connection to the same data.</summary>
    public InMemoryStore Connect() => new(_table);

    /// <summary>Plays a lost connection: from here on every call fails with an <see cref="IOException"/>, and no change is told.</summary>
    public void Disconnect()
    {
        IStoreObserver? observer;
        lock (_gate)
        {
            if (_disposed || !_lost.TrySetResult())
                return;
            observer = _observer;
            if (observer is not null)
                _table.RemoveObserver(observer);
        }

        observer?.OnConnectionLost();
    }

    /// <summary>Ends what <see cref="Disconnect"/> began.</summary>
    public void Reconnect()
    {
        IStoreObserver? observer;
        lock (_gate)
        {
            if (_disposed || !_lost.Task.IsCompleted)
                return;
            _lost = NewSignal();
            observer = _observer;
            if (observer is not null)
                _table.AddObserver(observer);
        }

        observer?.OnConnectionRestored();
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return CallAsync(() => _table.Get(key), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return CallAsync(() => keys.Select(_table.Get).ToArray(), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        return new ValueTask(CallAsync(() => _table.Set(_observer, key, value, timeToLive), cancellationToken).AsTask());
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return CallAsync(() => _table.Remove(_observer, key), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return CallAsync(() => keys.LongCount(key => _table.Remove(_observer, key)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return CallAsync(() => _table.GetTimeToLive(key), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        return CallAsync(() => _table.SetTimeToLive(_observer, key, timeToLive), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return ScanCoreAsync(prefix, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        return CallAsync(() => _table.GetEpochs(names), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return CallAsync(() => _table.BumpEpoch(_observer, name), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(duration, nameof(duration));
        return CallAsync(() => _table.TryAcquireLease(key, duration), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        RequirePositive(timeToLive, nameof(timeToLive));
        return CallAsync(() => _table.Set(_observer, key, value, timeToLive, lease), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        return new ValueTask(CallAsync(() => _table.ReleaseLease(key, lease), cancellationToken).AsTask());
    }

    /// <inheritdoc/>
    public async ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        Task ended = await CallAsync(() => _table.LeaseEnded(key), cancellationToken).ConfigureAwait(false);
        Task first = await Task.WhenAny(ended, Lost()).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (first != ended)
            throw ConnectionDown();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">This connection has been observed before.</exception>
    public IDisposable Observe(IStoreObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_observed)
                throw new InvalidOperationException("This connection has an observer, or had one; make another with Connect().");
            _observed = true;
            _observer = observer;
            if (!_lost.Task.IsCompleted)
                _table.AddObserver(observer);
        }

        return new Observation(this);
    }

    /// <summary>Ends this connection and leaves the data alone.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            StopObserving();
            _disposed = true;
            _lost.TrySetResult();
        }

        return ValueTask.CompletedTask;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static IOException ConnectionDown() => new("The connection to the in-memory store is down (Disconnect was called, or it was disposed).");

    private static void RequirePositive(TimeSpan? span, string parameter)
    {
        if (span is { Ticks: <= 0 })
            throw new ArgumentOutOfRangeException(parameter, span, $"The span is {span}; it must be positive.");
    }

    private async IAsyncEnumerable<string> ScanCoreAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? last = null;
        while (true)
        {
            List<string> step = await CallAsync(() => _table.KeysAfter(last, prefix), cancellationToken).ConfigureAwait(false);
            if (step.Count == 0)
                yield break;
            foreach (string key in step)
                yield return key;
            last = step[^1];
        }
    }

    // Every call goes through here: what fails comes out of the task, as from a store that is far away.
    private ValueTask<T> CallAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellationToken);
        try
        {
            ThrowIfUnusable();
            return new ValueTask<T>(call());
        }
        catch (Exception e)
        {
            return ValueTask.FromException<T>(e);
        }
    }

    private Task Lost()
    {
        lock (_gate)
            return _lost.Task;
    }

    private void ThrowIfUnusable()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_lost.Task.IsCompleted)
                throw ConnectionDown();
        }
    }

    private void StopObserving()
    {
        lock (_gate)
        {
            if (_observer is not null)
                _table.RemoveObserver(_observer);
            _observer = null;
        }
    }

    private sealed class Observation(InMemoryStore store) : IDisposable
    {
        public void Dispose() => store.StopObserving();
    }
}
