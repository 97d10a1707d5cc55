namespace Larder.Memory;

/// <summary>What one operation removed, kept on the stack until the gate is released. One removal, the usual number, allocates nothing.</summary>
internal struct RemovalBatch<TKey, TValue>
{
    private (TKey Key, TValue Value, RemovalCause Cause) _first;
    private List<(TKey Key, TValue Value, RemovalCause Cause)>? _rest;

    public int Count { get; private set; }

    public void Add(TKey key, TValue value, RemovalCause cause)
    {
        if (Count++ == 0)
            _first = (key, value, cause);
        else
            (_rest ??= []).Add((key, value, cause));
    }

    /// <summary>Tells the listener of everything, and returns how often it threw.</summary>
    public readonly int Tell<TListener>(ref TListener listener)
        where TListener : struct, IRemovalListener<TKey, TValue>
    {
        if (Count == 0)
            return 0;
        int failures = Tell(ref listener, _first);
        if (_rest is not null)
        {
            foreach ((TKey Key, TValue Value, RemovalCause Cause) removal in _rest)
                failures += Tell(ref listener, removal);
        }

        return failures;
    }

    private static int Tell<TListener>(ref TListener listener, in (TKey Key, TValue Value, RemovalCause Cause) removal)
        where TListener : struct, IRemovalListener<TKey, TValue>
    {
        try
        {
            listener.OnRemoved(removal.Key, removal.Value, removal.Cause);
            return 0;
        }
        catch (Exception)
        {
            // The cache's own state is already consistent, and the other removals must still be told.
            return 1;
        }
    }
}
