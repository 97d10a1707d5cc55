using Larder.Keys;
using Larder.Partitions;

namespace Larder.Persistence;

/// <summary>
/// How an entry is named in a snapshot: <c>{collection}:{scope}:{organization}:{user}:{key}</c>, escaped like a
/// stored key but never cut, because here the name has to be read back.
/// </summary>
internal static class SnapshotKey
{
    private const string Absent = "~";

    public static string Of(in EntryKey key)
    {
        PartitionId id = key.Partition.Id;
        return $"{StoredKey.Escape(id.Collection)}:{(int)id.Scope}:{Part(id.OrganizationId)}:{Part(id.UserId)}:{StoredKey.Escape(key.Key)}";
    }

    public static bool TryRead(string name, out PartitionId partition, out string key)
    {
        partition = default;
        key = "";
        Span<Range> parts = stackalloc Range[6];
        ReadOnlySpan<char> text = name;
        if (text.Split(parts, ':') != 5
            || !KeyEscape.TryRead(text[parts[0]], out string collection)
            || collection.Length == 0
            || text[parts[1]] is not [>= '0' and <= '2' and var scope]
            || !TryReadPart(text[parts[2]], out string? organization)
            || !TryReadPart(text[parts[3]], out string? user)
            || !KeyEscape.TryRead(text[parts[4]], out key))
        {
            return false;
        }

        partition = new PartitionId(collection, (CacheScope)(scope - '0'), organization, user);
        return partition.Scope switch
        {
            CacheScope.Global => organization is null && user is null,
            CacheScope.Organization => organization is not null && user is null,
            _ => user is not null,
        };
    }

    private static string Part(string? id) => id is null ? Absent : StoredKey.Escape(id);

    private static bool TryReadPart(ReadOnlySpan<char> part, out string? id)
    {
        id = null;
        if (part is Absent)
            return true;
        bool read = KeyEscape.TryRead(part, out string text);
        id = text;
        return read && text.Length > 0;
    }
}
