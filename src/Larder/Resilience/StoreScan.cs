using Larder.Stores;

namespace Larder.Resilience;

/// <summary>One walk over a store's keys, a step at a time. A step is what the store has to be waited for once: a page of keys.</summary>
/// <remarks>
/// One step at a time is under way, and nothing is read while one is. A step that was abandoned is cancelled, and only when
/// it has ended is the store's enumerator disposed, for it may not be disposed before; nobody waits for that.
/// </remarks>
internal sealed class StoreScan(ICacheStore store, string prefix, CancellationToken cancellationToken) : IDisposable
{
    private const int MostKeys = 1000;

    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly List<string> _keys = [];
    private IAsyncEnumerator<string>? _enumerator;
    private Task<bool>? _ahead; // What the store was asked for, and has not answered at once.
    private Task _step = Task.CompletedTask;

    /// <summary>What the last step has found.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Why the store cannot be walked at all: that it has no such thing is no failure of it.</summary>
    public NotSupportedException? Refusal { get; private set; }

    /// <summary>Takes a step.</summary>
    /// <returns>Whether there may be another.</returns>
    public ValueTask<bool> NextAsync()
    {
        ValueTask<bool> step = StepAsync();
        if (step.IsCompletedSuccessfully)
            return step;
        Task<bool> underWay = step.AsTask();
        _step = underWay;
        return new ValueTask<bool>(underWay);
    }

    /// <summary>Ends the walk, in the background if the store is still at a step.</summary>
    public void Dispose() => _ = EndAsync();

    private async ValueTask<bool> StepAsync()
    {
        _keys.Clear();
        try
        {
            _enumerator ??= store.ScanAsync(prefix, _ended.Token).GetAsyncEnumerator(_ended.Token);
            bool found = await (_ahead ?? _enumerator.MoveNextAsync().AsTask()).ConfigureAwait(false);
            _ahead = null;
            while (found)
            {
                _keys.Add(_enumerator.Current);
                if (_keys.Count == MostKeys)
                    return true;
                ValueTask<bool> next = _enumerator.MoveNextAsync();
                if (!next.IsCompletedSuccessfully)
                {
                    _ahead = next.AsTask();
                    return true;
                }

                found = next.Result;
            }
        }
        catch (NotSupportedException refusal)
        {
            Refusal = refusal;
        }

        return false;
    }

    private async Task EndAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_ahead is not null)
            await ((Task)_ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_enumerator is not null)
            await _enumerator.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }
}
