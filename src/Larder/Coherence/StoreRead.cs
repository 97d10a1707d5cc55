using Larder.Entries;

namespace Larder.Coherence;

/// <summary>What a store holds for a key, as far as it may be trusted.</summary>
internal enum StoreReadKind
{
    /// <summary>Nothing that counts.</summary>
    Miss,

    /// <summary>A fresh value.</summary>
    Fresh,

    /// <summary>A value whose TTL has passed, within its grace.</summary>
    Stale,

    /// <summary>The store did not answer.</summary>
    Failed,
}

/// <param name="Kind">How far the entry counts.</param>
/// <param name="Entry">The entry, when there is one.</param>
/// <param name="Stamp">The store's counter from before the read: what a value computed now is stamped with.</param>
/// <param name="Error">Why the store did not answer.</param>
internal readonly record struct StoreRead(StoreReadKind Kind, CacheEntry? Entry, long Stamp, Exception? Error = null);
