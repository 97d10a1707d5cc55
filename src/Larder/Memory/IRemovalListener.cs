namespace Larder.Memory;

/// <summary>Hears of every entry that leaves, outside all locks, exactly once. A struct, so that no delegate is needed.</summary>
internal interface IRemovalListener<TKey, TValue>
{
    /// <summary>Asked before each removal is noted; when false, it is not told.</summary>
    bool IsEnabled { get; }

    /// <summary>What it throws is contained and counted.</summary>
    void OnRemoved(TKey key, TValue value, RemovalCause cause);
}

/// <summary>Calls a delegate, or nobody.</summary>
internal readonly struct DelegateListener<TKey, TValue>(Action<TKey, TValue, RemovalCause>? callback) : IRemovalListener<TKey, TValue>
{
    public bool IsEnabled => callback is not null;

    public void OnRemoved(TKey key, TValue value, RemovalCause cause) => callback!(key, value, cause);
}
