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

    /// <summary>Every epoch that a stored entry lies under.</summary>
    /// <param name="storedKey">The entry's stored key.</param>
    /// <param name="tags">Its tags.</param>
    public static string[] Over(string storedKey, IReadOnlyCollection<string>? tags)
    {
        if (!StoredKey.TrySplit(storedKey, out ReadOnlySpan<char> span, out _))
            throw new ArgumentException("Not a stored key.", nameof(storedKey));

        // The parts are escaped already, and epoch names are made of the same escaped parts.
        string prefix = span.ToString();
        string[] parts = prefix.Split(':');
        string reserved = $"{parts[0]}:{Reserved}";
        return
        [
            reserved + "all",
            $"{reserved}collection:{parts[1]}",
            $"{reserved}scope:{parts[2]}:{parts[3]}:{parts[4]}",
            Partition(prefix),
            .. (tags ?? []).Select(tag => Tag(prefix, tag)),
        ];
    }

    /// <summary>Reads back the partition and the tag of a tag's epoch.</summary>
    /// <param name="name">An epoch's name.</param>
    /// <param name="partitionPrefix">The prefix of the partition's stored keys.</param>
    /// <param name="tag">The tag; <see langword="null"/> when it was too long to be kept whole.</param>
    /// <returns><see langword="false"/> when it is not a tag's.</returns>
    public static bool TryReadTag(string name, out string partitionPrefix, out string? tag)
    {
        const string Kind = Reserved + "tag:";
        partitionPrefix = "";
        tag = null;
        int afterCache = name.IndexOf(':', StringComparison.Ordinal) + 1;
        if (!name.AsSpan(afterCache).StartsWith(Kind, StringComparison.Ordinal))
            return false;

        string storedKey = string.Concat(name.AsSpan(0, afterCache), name.AsSpan(afterCache + Kind.Length));
        if (!StoredKey.TrySplit(storedKey, out ReadOnlySpan<char> prefix, out ReadOnlySpan<char> escaped))
            return false;
        partitionPrefix = prefix.ToString();
        tag = KeyEscape.TryRead(escaped, out string whole) ? whole : null;
        return true;
    }

    // The cache's own part ends at the first separator, which no part can contain.
    private static string Within(string partitionPrefix, string kind)
    {
        int afterCache = partitionPrefix.IndexOf(':', StringComparison.Ordinal) + 1;
        return string.Concat(partitionPrefix.AsSpan(0, afterCache), Reserved, kind, partitionPrefix.AsSpan(afterCache));
    }
}
