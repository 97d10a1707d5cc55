namespace Larder.Tests.Caching;

/// <summary>A factory that says when it has begun and returns its value when it is told to.</summary>
internal sealed class FactoryGate<T>(T value)
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Without asynchronous continuations: whoever opens the gate runs what follows the factory, so that it has
    // happened when OpenAsync returns, even if nobody waits for it.
    private readonly TaskCompletionSource _open = new();
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Completes when the factory runs.</summary>
    public Task Started => _started.Task.Soon();

    /// <summary>The token of the last run.</summary>
    public CancellationToken Token { get; private set; }

    /// <summary>What the factory does with its entry.</summary>
    public Action<EntryContext>? Decide { get; init; }

    /// <summary>Whether it stops when its token is cancelled. Otherwise it goes on, as much code does.</summary>
    public bool HonoursToken { get; init; }

    public async ValueTask<T> RunAsync(CancellationToken cancellationToken)
    {
        Begin(cancellationToken);
        await (HonoursToken ? _open.Task.WaitAsync(cancellationToken) : _open.Task).ConfigureAwait(false);
        return value;
    }

    public ValueTask<T> RunAdaptiveAsync(EntryContext entry, CancellationToken cancellationToken)
    {
        Decide?.Invoke(entry);
        return RunAsync(cancellationToken);
    }

    public T Run(CancellationToken cancellationToken)
    {
        Begin(cancellationToken);
        _open.Task.Wait(HonoursToken ? cancellationToken : CancellationToken.None);
        return value;
    }

    /// <summary>Lets the factory return; completes when what follows from that has happened as far as it needs no other thread.</summary>
    public Task OpenAsync() => Task.Run(() => _open.TrySetResult()).Soon();

    public Task FailAsync(Exception error) => Task.Run(() => _open.TrySetException(error)).Soon();

    private void Begin(CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        Interlocked.Increment(ref _calls);
        _started.TrySetResult();
    }
}
