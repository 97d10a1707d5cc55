namespace Larder.Keys;

/// <summary>
/// The key of an entry in a store: <c>{prefix}:{collection}:{scope}:{organization}:{user}:{key}</c>, each part escaped
/// (<see cref="KeyEscape"/>).
/// </summary>
/// <remarks>
/// <para>Invariants. No part contains a raw <c>:</c>, so there are always six, and two different entries never share
/// a stored key; an absent id is <c>~</c>, an empty one nothing. One partition's prefix is never the beginning of
/// another's keys. All of it is ASCII without white space, quotes or the characters of a glob pattern or hash tag.</para>
/// <para>A key of more than <see cref="MaxKeyLength"/> characters (escaped) is cut to that: its beginning, <c>#</c>
/// and a 128-bit hash of the whole. Any other part of more than <see cref="MaxPartLength"/> is cut in the same way with
/// a 256-bit hash, since it keeps tenants apart. <c>#</c> is never raw, so a cut text never equals a whole one.</para>
/// </remarks>
internal static class StoredKey
{
    /// <summary>The most characters that an escaped key takes.</summary>
    public const int MaxKeyLength = 512;

    /// <summary>The most characters that any other part takes.</summary>
    public const int MaxPartLength = 128;

    private const int KeyHeadLength = MaxKeyLength - KeyHash.Length - 1;
    private const int PartHeadLength = MaxPartLength - KeyHash.FullLength - 1;
    private const int PartsBeforeKey = 5;
    private const char Separator = ':';
    private const char HashMark = '#';
    private const string Absent = "~";

    /// <summary>The beginning of every stored key of a cache, with its separator.</summary>
    public static string CachePrefix(string cachePrefix) => $"{EscapePart(cachePrefix)}:";

    /// <summary>The beginning of every stored key of a collection in any scope, with its separator.</summary>
    public static string CollectionPrefix(string cachePrefix, string collection) => $"{EscapePart(cachePrefix)}:{EscapePart(collection)}:";

    /// <summary>The beginning of every stored key of a partition, with its separator.</summary>
    /// <exception cref="ArgumentException">The scope needs an id that is missing.</exception>
    public static string PartitionPrefix(string cachePrefix, string collection, CacheScope scope, string? organizationId, string? userId) =>
        $"{EscapePart(cachePrefix)}:{EscapePart(collection)}:{OwnerPart(scope, organizationId, userId)}:";

    /// <summary>A scope and its owner: <c>{scope}:{organization}:{user}</c>.</summary>
    /// <exception cref="ArgumentException">The scope needs an id that is missing.</exception>
    public static string OwnerPart(CacheScope scope, string? organizationId, string? userId)
    {
        string name = scope switch
        {
            CacheScope.Global => "global",
            CacheScope.Organization when organizationId is null => throw new ArgumentException("The organization scope needs an organization id, and it is missing.", nameof(organizationId)),
            CacheScope.Organization => "organization",
            CacheScope.User when userId is null => throw new ArgumentException("The user scope needs a user id, and it is missing.", nameof(userId)),
            CacheScope.User => "user",
            _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "A scope is Global, Organization or User."),
        };
        return $"{name}:{EscapePart(organizationId)}:{EscapePart(userId)}";
    }

    /// <summary>The stored key of an entry.</summary>
    /// <param name="partitionPrefix">What <see cref="PartitionPrefix"/> returned.</param>
    /// <param name="key">The entry's own key.</param>
    public static string Combine(string partitionPrefix, ReadOnlySpan<char> key)
    {
        if (key.Length <= MaxKeyLength && KeyEscape.IsRaw(key))
            return string.Concat(partitionPrefix, key);

        Span<char> part = stackalloc char[MaxKeyLength];
        return string.Concat(partitionPrefix, part[..WriteBounded(key, part, KeyHeadLength, KeyHash.Length)]);
    }

    /// <summary>Reads an entry's own key back.</summary>
    /// <returns><see langword="false"/> for a key of another partition, a cut one (<see cref="IsHashed"/>), or one that <see cref="Combine"/> never makes.</returns>
    public static bool TryGetKey(ReadOnlySpan<char> storedKey, string partitionPrefix, out string key)
    {
        if (storedKey.StartsWith(partitionPrefix, StringComparison.Ordinal))
            return KeyEscape.TryRead(storedKey[partitionPrefix.Length..], out key);
        key = "";
        return false;
    }

    /// <summary>Whether the entry's own key was too long to be kept whole, and cannot be read back.</summary>
    public static bool IsHashed(ReadOnlySpan<char> storedKey) => storedKey[(storedKey.LastIndexOf(Separator) + 1)..].Contains(HashMark);

    /// <summary>Reads back the beginning of an entry's own key that was cut.</summary>
    /// <returns><see langword="false"/> for a key of another partition or one that was not cut.</returns>
    public static bool TryGetHead(ReadOnlySpan<char> storedKey, string partitionPrefix, out string head)
    {
        head = "";
        if (!storedKey.StartsWith(partitionPrefix, StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> key = storedKey[partitionPrefix.Length..];
        int mark = key.IndexOf(HashMark);
        return mark >= 0 && KeyEscape.TryRead(key[..mark], out head);
    }

    /// <summary>
    /// Whether a stored key is of the partition and its entry's key matches the pattern. Of a cut key only the
    /// beginning is known: it matches when some continuation could, so that a removal by pattern removes too much
    /// rather than too little.
    /// </summary>
    public static bool Matches(ReadOnlySpan<char> storedKey, string partitionPrefix, GlobPattern pattern)
    {
        if (TryGetKey(storedKey, partitionPrefix, out string key))
            return pattern.IsMatch(key);
        return TryGetHead(storedKey, partitionPrefix, out string head) && pattern.CanMatchAfter(head);
    }

    /// <summary>The beginning that the stored keys of all entries share whose own keys begin with <paramref name="head"/>, the cut ones included.</summary>
    public static string ScanPrefix(string partitionPrefix, ReadOnlySpan<char> head)
    {
        Span<char> escaped = stackalloc char[KeyHeadLength];
        return string.Concat(partitionPrefix, escaped[..KeyEscape.Write(head, escaped)]);
    }

    /// <summary>Splits a stored key into its partition's prefix and the escaped key.</summary>
    /// <returns><see langword="false"/> when it has not the six parts of a stored key.</returns>
    public static bool TrySplit(ReadOnlySpan<char> storedKey, out ReadOnlySpan<char> partitionPrefix, out ReadOnlySpan<char> escapedKey)
    {
        int end = 0;
        for (int part = 0; part < PartsBeforeKey; part++)
        {
            int separator = storedKey[end..].IndexOf(Separator);
            if (separator < 0)
            {
                partitionPrefix = escapedKey = default;
                return false;
            }

            end += separator + 1;
        }

        partitionPrefix = storedKey[..end];
        escapedKey = storedKey[end..];
        return !escapedKey.Contains(Separator) && !partitionPrefix.Contains(EpochName.ReservedMark);
    }

    /// <summary>The escaped form of a text, of any length.</summary>
    public static string Escape(ReadOnlySpan<char> text)
    {
        if (KeyEscape.IsRaw(text))
            return text.ToString();
        return string.Create(checked((int)KeyEscape.LengthOf(text)), text, static (destination, source) => KeyEscape.Write(source, destination));
    }

    /// <summary>A part other than the entry's own key: escaped, cut when it is long, <c>~</c> when there is none.</summary>
    public static string EscapePart(string? part)
    {
        if (part is null)
            return Absent;
        if (part.Length <= MaxPartLength && KeyEscape.IsRaw(part))
            return part;

        Span<char> escaped = stackalloc char[MaxPartLength];
        return escaped[..WriteBounded(part, escaped, PartHeadLength, KeyHash.FullLength)].ToString();
    }

    private static int WriteBounded(ReadOnlySpan<char> text, Span<char> destination, int headLength, int hashLength)
    {
        if (text.Length <= destination.Length && KeyEscape.LengthOf(text) <= destination.Length)
            return KeyEscape.Write(text, destination);

        int head = KeyEscape.Write(text, destination[..headLength]);
        destination[head] = HashMark;
        KeyHash.Write(text, destination.Slice(head + 1, hashLength));
        return head + 1 + hashLength;
    }
}
