using Larder.Stores;

namespace Larder;

/// <content>What other processes change.</content>
public sealed partial class SqliteStore
{
    // Timers take no more than 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private int _observed;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">This store has been observed before.</exception>
    public IDisposable Observe(IStoreObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (Interlocked.Exchange(ref _observed, 1) != 0)
            throw new InvalidOperationException("This store has an observer, or had one; make another store.");
        _watcher.Observe(observer);
        return new Observation(this);
    }

    private sealed class Observation(SqliteStore store) : IDisposable
    {
        public void Dispose() => store._watcher.StopObserving();
    }
}
