namespace Larder.PostgreSql.Coherence;

/// <summary>Who waits here for something to happen to a key's lease, and which leases this process asks for or holds.</summary>
/// <remarks>A lease that was asked for counts as held until it is let go of, or must have run out: whoever dies in between holds nothing up.</remarks>
internal sealed class LeaseWaits(TimeProvider time)
{
    private const int ManyHeld = 1024;

    private readonly Lock _gate = new(); // Protects the tables and what is in them.
    private readonly Dictionary<string, Wait> _waits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Count, DateTimeOffset Until)> _held = new(StringComparer.Ordinal);
    private int _heldBefore = ManyHeld; // How many there may be before those that have run out are looked for.

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
    public void Hold(string key, TimeSpan duration)
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset until = duration < DateTimeOffset.MaxValue - now ? now + duration : DateTimeOffset.MaxValue;
        lock (_gate)
        {
            (int count, DateTimeOffset before) = _held.GetValueOrDefault(key);
            _held[key] = (count + 1, until > before ? until : before);
            if (_held.Count > _heldBefore)
                Forget(now);
        }
    }

    /// <summary>This process has not got the lease, or has done with it.</summary>
    public void LetGo(string key)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(key, out (int Count, DateTimeOffset Until) held))
                return;
            if (held.Count > 1)
                _held[key] = (held.Count - 1, held.Until);
            else
                _held.Remove(key);
        }
    }

    /// <summary>Whether this process computes the key, or waits for somebody who does.</summary>
    public bool IsConcerned(string key)
    {
        lock (_gate)
            return _waits.ContainsKey(key) || (_held.TryGetValue(key, out (int Count, DateTimeOffset Until) held) && held.Until > time.GetUtcNow());
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

    private void Forget(DateTimeOffset now)
    {
        foreach ((string key, (int Count, DateTimeOffset Until) held) in _held)
        {
            if (held.Until <= now)
                _held.Remove(key); // Allowed while it is gone through.
        }

        _heldBefore = Math.Max(ManyHeld, _held.Count * 2);
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
