namespace Larder.Shared;

/// <summary>Who in this process waits for something to happen to a key's lease.</summary>
internal sealed class LeaseWaits
{
    private readonly Lock _gate = new(); // Protects the table and the listeners' numbers.
    private readonly Dictionary<string, Wait> _waits = new(StringComparer.Ordinal);

    /// <summary>Begins to listen. Dispose it to stop.</summary>
    public Wait Listen(string key)
    {
        lock (_gate)
        {
            if (!_waits.TryGetValue(key, out Wait? wait))
                _waits.Add(key, wait = new Wait(this, key));
            wait.Listeners++;
            return wait;
        }
    }

    /// <summary>Whether somebody listens.</summary>
    public bool IsAwaited(string key)
    {
        lock (_gate)
            return _waits.ContainsKey(key);
    }

    /// <summary>Something happened to the key.</summary>
    public void Signal(string key)
    {
        Wait? wait;
        lock (_gate)
        {
            if (_waits.Count == 0 || !_waits.Remove(key, out wait))
                return;
        }

        wait.Happened.TrySetResult();
    }

    /// <summary>Anything may have happened.</summary>
    public void SignalAll()
    {
        Wait[] all;
        lock (_gate)
        {
            all = [.. _waits.Values];
            _waits.Clear();
        }

        foreach (Wait wait in all)
            wait.Happened.TrySetResult();
    }

    public sealed class Wait(LeaseWaits waits, string key) : IDisposable
    {
        /// <summary>Completes when something has happened since <see cref="Listen"/>.</summary>
        public TaskCompletionSource Happened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>How many listen. Guarded by the table's lock.</summary>
        public int Listeners { get; set; }

        public void Dispose()
        {
            lock (waits._gate)
            {
                if (--Listeners == 0 && waits._waits.TryGetValue(key, out Wait? mine) && ReferenceEquals(mine, this))
                    waits._waits.Remove(key);
            }
        }
    }
}
