namespace Larder.PostgreSql.Coherence;

/// <summary>Who waits here for something to happen to a key's lease, and which leases this process asks for or holds.</summary>
internal sealed class LeaseWaits
{
    private readonly Lock _gate = new(); // Protects the tables and what is in them.
    private readonly Dictionary<string, Wait> _waits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);

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

    /// <summary>This process is about to ask for the key's lease.</summary>
    public void Hold(string key)
    {
        lock (_gate)
            _held[key] = _held.GetValueOrDefault(key) + 1;
    }

    /// <summary>This process has not got the lease, or has done with it.</summary>
    public void LetGo(string key)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(key, out int count))
                return;
            if (count > 1)
                _held[key] = count - 1;
            else
                _held.Remove(key);
        }
    }

    /// <summary>Whether this process computes the key, or waits for somebody who does.</summary>
    public bool IsConcerned(string key)
    {
        lock (_gate)
            return _held.ContainsKey(key) || _waits.ContainsKey(key);
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
