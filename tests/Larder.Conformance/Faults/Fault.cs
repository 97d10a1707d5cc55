namespace Larder.Conformance.Faults;

/// <summary>One thing that goes wrong in a <see cref="FaultyStore"/>, until <see cref="End"/> or until it has happened often enough.</summary>
public sealed class Fault : IDisposable
{
    private readonly FaultyStore _store;
    private readonly StoreCalls _calls;
    private readonly string? _key;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new(); // Protects the fields below.
    private readonly List<TaskCompletionSource> _reached = [];
    private int _left;
    private int _happened;

    internal Fault(FaultyStore store, StoreCalls calls, string? key, int times)
    {
        _store = store;
        _calls = calls;
        _key = key;
        _left = times;
    }

    /// <summary>How many calls it has caught.</summary>
    public int Happened
    {
        get
        {
            lock (_gate)
                return _happened;
        }
    }

    internal Func<Exception>? ThrowBefore { get; init; }

    internal Func<Exception>? ThrowAfter { get; init; }

    internal bool HoldsRequest { get; init; }

    internal bool HoldsReply { get; init; }

    internal bool IgnoresCancellation { get; init; }

    internal Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>? Change { get; init; }

    /// <summary>Ends the fault: later calls are not caught, and those that it holds go on.</summary>
    public void End()
    {
        _store.Forget(this);
        _released.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose() => End();

    /// <summary>Completes when the fault has caught <paramref name="calls"/> calls: for a held request when it is held, for a held reply when the store has done its work.</summary>
    public Task ReachedAsync(int calls = 1)
    {
        lock (_gate)
        {
            while (_reached.Count < calls)
            {
                _reached.Add(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                if (_reached.Count <= _happened)
                    _reached[^1].SetResult();
            }

            return _reached[calls - 1].Task;
        }
    }

    /// <summary>Whether the fault is about this call; if so it counts.</summary>
    internal bool Catches(StoreCall call)
    {
        if (!_calls.HasFlag(call.Call) || (_key is not null && !call.Keys.Contains(_key)))
            return false;
        lock (_gate)
            return _left-- > 0;
    }

    internal Task BeforeAsync(CancellationToken cancellationToken)
    {
        if (HoldsRequest)
            return HoldAsync(cancellationToken);
        if (ThrowBefore is null)
            return Task.CompletedTask;
        Happen();
        throw ThrowBefore();
    }

    internal Task AfterAsync(CancellationToken cancellationToken)
    {
        if (HoldsReply)
            return HoldAsync(cancellationToken);
        if (ThrowAfter is not null)
        {
            Happen();
            throw ThrowAfter();
        }

        if (Change is not null)
            Happen();
        return Task.CompletedTask;
    }

    private Task HoldAsync(CancellationToken cancellationToken)
    {
        Happen();
        return IgnoresCancellation ? _released.Task : _released.Task.WaitAsync(cancellationToken);
    }

    private void Happen()
    {
        lock (_gate)
        {
            _happened++;
            if (_happened <= _reached.Count)
                _reached[_happened - 1].TrySetResult();
        }
    }
}
