namespace Larder;

/// <summary>
/// Many entries were removed at once. Clearing and tags remove in O(1), without visiting the entries: this is told
/// instead of a <see cref="RemovedEvent"/> each, which follow one by one as the memory is reclaimed.
/// </summary>
/// <param name="CacheName">The cache.</param>
/// <param name="Kind">By what the entries were chosen.</param>
/// <param name="Collection">The collection; <see langword="null"/> means all of them.</param>
/// <param name="Scope">The scope; <see langword="null"/> means all of them.</param>
/// <param name="Selector">The pattern or the tag; <see langword="null"/> for a clear.</param>
public sealed record InvalidatedEvent(string CacheName, InvalidationKind Kind, string? Collection, CacheScope? Scope, string? Selector)
    : CacheEvent(CacheName);

/// <summary>How entries were chosen for removal.</summary>
public enum InvalidationKind
{
    /// <summary>By a glob over their keys.</summary>
    Pattern,

    /// <summary>By a tag that they carry.</summary>
    Tag,

    /// <summary>All of a partition, a collection, a scope or the cache.</summary>
    Clear,
}
