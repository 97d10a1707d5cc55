using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Larder.Keys;

namespace Larder.Partitions;

/// <summary>
/// Where an entry lives: collection × scope × owner. While anything refers to it there is one instance per cache
/// for each, so that two partitions are the same when their references are.
/// </summary>
internal sealed class Partition
{
    private readonly EpochCell[] _cells;
    private readonly ConcurrentDictionary<string, EpochCell> _tags = new(StringComparer.Ordinal);
    private readonly PartitionTable _table;

    // Orders the clearing of a tag and the forgetting of tags: a cell that was forgotten between being found and being
    // cleared would be cleared in vain.
    private readonly Lock _forgetting = new();
    private long _forgottenUpTo;

    /// <param name="table">Where the cache's cells are.</param>
    /// <param name="id">What tells the partition from others.</param>
    /// <param name="prefix">The beginning of the stored keys of its entries.</param>
    /// <param name="cells">The epochs that its entries lie under, the widest first; its own comes last.</param>
    public Partition(PartitionTable table, PartitionId id, string prefix, EpochCell[] cells)
    {
        _table = table;
        _cells = cells;
        Id = id;
        Prefix = prefix;
        HashSeed = (uint)RuntimeHelpers.GetHashCode(this);
    }

    /// <summary>Mixed into the hashes of its keys, so that equal keys of several partitions lie apart.</summary>
    public uint HashSeed { get; }

    public PartitionId Id { get; }

    public string Collection => Id.Collection;

    public CacheScope Scope => Id.Scope;

    public string? OrganizationId => Id.OrganizationId;

    public string? UserId => Id.UserId;

    /// <summary>The part of every stored key in front of the entry's own: escaped, ends with the separator.</summary>
    public string Prefix { get; }

    /// <summary>The epochs that every entry of the partition lies under.</summary>
    public ReadOnlySpan<EpochCell> Cells => _cells;

    /// <summary>The partition's own epoch.</summary>
    public EpochCell Own => _cells[^1];

    /// <summary>The epoch of a tag in this partition; made when it is first asked for.</summary>
    public EpochCell Tag(string tag) =>
        _tags.GetOrAdd(tag, static (tag, self) => self._table.Cell(EpochName.Tag(self.Prefix, tag)), this);

    /// <summary>The epoch of a tag, if anything needed it so far.</summary>
    public EpochCell? FindTag(string tag) => _tags.GetValueOrDefault(tag);

    /// <summary>Clears a tag's cell, by a <paramref name="clear"/> during which the cell cannot be forgotten.</summary>
    public TResult ClearTag<TResult>(string tag, Func<EpochCell, TResult> clear)
    {
        lock (_forgetting)
            return clear(Tag(tag));
    }

    /// <summary>
    /// Forgets the tags that were cleared at or before <paramref name="time"/>. Whatever has tags and was not found valid
    /// since counts as cleared from then on.
    /// </summary>
    public void ForgetTags(long time)
    {
        lock (_forgetting)
        {
            foreach (KeyValuePair<string, EpochCell> tag in _tags)
            {
                long clearedAt = tag.Value.ClearedAt;
                if (clearedAt > time || tag.Value.HasPendingClear)
                    continue;

                // Before the tag goes: whoever does not find it any more sees this.
                Volatile.Write(ref _forgottenUpTo, Math.Max(_forgottenUpTo, clearedAt));
                _tags.TryRemove(tag);
            }
        }
    }

    /// <summary>Whether what was read, or last found valid, at <paramref name="stamp"/> and has these tags has not been cleared since.</summary>
    public bool IsValid(long stamp, string[]? tags)
    {
        foreach (EpochCell cell in _cells)
        {
            if (stamp < cell.ClearedAt)
                return false;
        }

        if (tags is not null)
        {
            foreach (string tag in tags)
            {
                if (_tags.TryGetValue(tag, out EpochCell? cell) && stamp < cell.ClearedAt)
                    return false;
            }

            return tags.Length == 0 || stamp >= Volatile.Read(ref _forgottenUpTo);
        }

        return true;
    }
}

/// <summary>What tells partitions apart.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PartitionId(string Collection, CacheScope Scope, string? OrganizationId, string? UserId)
{
    /// <summary>The partition that a context falls into.</summary>
    /// <exception cref="ArgumentException">The scope needs an id that the context lacks.</exception>
    public static PartitionId Of(string collection, CacheScope scope, UserContext? context) => scope switch
    {
        CacheScope.Global => new(collection, scope, null, null),
        CacheScope.Organization => new(collection, scope, context?.OrganizationId ?? throw new ArgumentException(Missing(scope, nameof(UserContext.OrganizationId)), nameof(context)), null),
        CacheScope.User => new(collection, scope, context?.OrganizationId, context?.UserId ?? throw new ArgumentException(Missing(scope, nameof(UserContext.UserId)), nameof(context))),
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "A scope is Global, Organization or User."),
    };

    private static string Missing(CacheScope scope, string id) =>
        $"The scope {scope} needs a context with a {id}. It is never widened; pass a UserContext or set one with UserContext.Use.";
}
