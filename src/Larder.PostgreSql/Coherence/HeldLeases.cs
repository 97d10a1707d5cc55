namespace Larder.PostgreSql.Coherence;

/// <summary>The leases that this process asks for or holds.</summary>
/// <remarks>One that was asked for counts as held until it is let go of, or must have run out: whoever dies in between holds nothing up.</remarks>
internal sealed class HeldLeases(TimeProvider time)
{
    private const int Many = 1024;

    private readonly Lock _gate = new(); // Protects the table.
    private readonly Dictionary<string, (int Count, DateTimeOffset Until)> _held = new(StringComparer.Ordinal);
    private int _most = Many; // How many there may be before those that have run out are looked for.

    /// <summary>This process is about to ask for the key's lease.</summary>
    public void Hold(string key, TimeSpan duration)
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset until = duration < DateTimeOffset.MaxValue - now ? now + duration : DateTimeOffset.MaxValue;
        lock (_gate)
        {
            (int count, DateTimeOffset before) = _held.GetValueOrDefault(key);
            _held[key] = (count + 1, until > before ? until : before);
            if (_held.Count > _most)
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

    /// <summary>Whether this process computes the key, as far as it knows.</summary>
    public bool Contains(string key)
    {
        lock (_gate)
            return _held.TryGetValue(key, out (int Count, DateTimeOffset Until) held) && held.Until > time.GetUtcNow();
    }

    private void Forget(DateTimeOffset now)
    {
        foreach ((string key, (int Count, DateTimeOffset Until) held) in _held)
        {
            if (held.Until <= now)
                _held.Remove(key); // Allowed while it is gone through.
        }

        _most = Math.Max(Many, _held.Count * 2);
    }
}
