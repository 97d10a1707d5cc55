namespace Larder.Keys;

/// <summary>
/// The names under which epochs are kept: <c>{prefix}:!epoch:{what}…</c>. No stored key begins like one, since
/// <c>!</c> is never raw in a part (<see cref="KeyEscape"/>), so no collection can be called so.
/// </summary>
internal static class EpochName
{
    /// <summary>The first character of the reserved part.</summary>
    public const char ReservedMark = '!';

    private const string Reserved = "!epoch:";

    /// <summary>The beginning of every epoch name of a cache.</summary>
    public static string Prefix(string cachePrefix) => StoredKey.CachePrefix(cachePrefix) + Reserved;

    /// <summary>The epoch of a whole cache.</summary>
    public static string Everything(string cachePrefix) => Prefix(cachePrefix) + "all";

    /// <summary>The epoch of a collection in every scope.</summary>
    public static string Collection(string cachePrefix, string collection) => $"{Prefix(cachePrefix)}collection:{StoredKey.EscapePart(collection)}";

    /// <summary>The epoch of a scope's owner in every collection.</summary>
    /// <exception cref="ArgumentException">The scope needs an id that is missing.</exception>
    public static string Scope(string cachePrefix, CacheScope scope, string? organizationId, string? userId) =>
        $"{Prefix(cachePrefix)}scope:{StoredKey.OwnerPart(scope, organizationId, userId)}";

    /// <summary>The epoch of one partition.</summary>
    /// <param name="partitionPrefix">What <see cref="StoredKey.PartitionPrefix"/> returned.</param>
    public static string Partition(string partitionPrefix) => Within(partitionPrefix, "partition:");

    /// <summary>The epoch of a tag in one partition.</summary>
    /// <param name="partitionPrefix">What <see cref="StoredKey.PartitionPrefix"/> returned.</param>
    /// <param name="tag">The tag.</param>
    public static string Tag(string partitionPrefix, string tag) => Within(partitionPrefix, "tag:") + StoredKey.EscapePart(tag);

    // The cache's own part ends at the first separator, which no part can contain.
    private static string Within(string partitionPrefix, string kind)
    {
        int afterCache = partitionPrefix.IndexOf(':', StringComparison.Ordinal) + 1;
        return string.Concat(partitionPrefix.AsSpan(0, afterCache), Reserved, kind, partitionPrefix.AsSpan(afterCache));
    }
}
