namespace Larder.Redis;

/// <summary>Who waits for something to happen to a key's lease, and which leases this process holds itself.</summary>
/// <remarks>
/// A key that is only waited for (<see cref="IsOnlyWaitedFor"/>) has a lease in its place: this process has seen it there,
/// has not been told of a change since, has sent no change of its own, and does not compute it. So it holds nothing of that
/// key that could be old, and what happens to the lease, its expiry above all, need not be told to anybody but the waiting.
/// Own changes count from before they are sent: the server may tell of a later change before their answer was looked at.
/// </remarks>
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

    /// <summary>The key was seen to be leased since the listening began.</summary>
    public void Leased(Wait wait)
    {
        lock (_gate)
            wait.IsLeased = true;
    }

    /// <summary>This process is about to take the key's lease.</summary>
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

    /// <summary>This process is about to send a change of the key.</summary>
    public void AboutToChange(string key)
    {
        lock (_gate)
        {
            if (_waits.Count > 0 && _waits.TryGetValue(key, out Wait? wait))
                wait.HasChanged = true;
        }
    }

    /// <summary>Whether nothing but waiting goes on here for the key; see the remarks.</summary>
    public bool IsOnlyWaitedFor(string key)
    {
        lock (_gate)
            return _waits.Count > 0 && _waits.TryGetValue(key, out Wait? wait) && wait is { IsLeased: true, HasChanged: false } && !_held.ContainsKey(key);
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

    /// <summary>Anything may have happened; and whatever was held is void, or will be found to be.</summary>
    public void SignalAll()
    {
        Wait[] all;
        lock (_gate)
        {
            all = [.. _waits.Values];
            _waits.Clear();
            _held.Clear();
        }

        foreach (Wait wait in all)
            wait.Happened.TrySetResult();
    }

    public sealed class Wait(LeaseWaits waits, string key) : IDisposable
    {
        /// <summary>Completes when something has happened since <see cref="Listen"/>.</summary>
        public TaskCompletionSource Happened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>How many listen. Guarded by the table's lock, as are the others.</summary>
        public int Listeners { get; set; }

        public bool IsLeased { get; set; }

        public bool HasChanged { get; set; }

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
