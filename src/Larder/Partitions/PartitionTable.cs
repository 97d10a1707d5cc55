using System.Collections.Concurrent;
using Larder.Keys;

namespace Larder.Partitions;

/// <summary>The partitions and the wider epochs of one cache.</summary>
/// <remarks>
/// References are weak, so that a million users who came once do not stay: a partition lives while a handle, an
/// entry, a flight or a pending clear refers to it. When it is gone nothing is left that its epoch could invalidate,
/// and what a store holds is checked against the epoch that the store keeps.
/// </remarks>
internal sealed class PartitionTable
{
    private readonly string _prefix;
    private readonly ConcurrentDictionary<PartitionId, WeakReference<Partition>> _partitions = new();
    private readonly ConcurrentDictionary<string, WeakReference<Partition>> _byPrefix = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WeakReference<EpochCell>> _cells = new(StringComparer.Ordinal);

    public PartitionTable(string cachePrefix)
    {
        _prefix = cachePrefix;
        Everything = new EpochCell(EpochName.Everything(cachePrefix));
    }

    /// <summary>The first part of every stored key of the cache.</summary>
    public string Prefix => _prefix;

    /// <summary>The epoch over all partitions.</summary>
    public EpochCell Everything { get; }

    public Partition Get(PartitionId id)
    {
        while (true)
        {
            if (_partitions.TryGetValue(id, out WeakReference<Partition>? known))
            {
                if (known.TryGetTarget(out Partition? partition))
                    return partition;
                _partitions.TryRemove(KeyValuePair.Create(id, known));
            }

            string prefix = StoredKey.PartitionPrefix(_prefix, id.Collection, id.Scope, id.OrganizationId, id.UserId);
            var made = new Partition(this, id, prefix, [Everything, OfCollection(id.Collection), OfOwner(id), Cell(EpochName.Partition(prefix))]);
            var reference = new WeakReference<Partition>(made);
            if (!_partitions.TryAdd(id, reference))
                continue;
            _byPrefix[prefix] = reference;
            return made;
        }
    }

    /// <summary>The partition whose stored keys begin so, if anything lives in it.</summary>
    public Partition? FindByPrefix(ReadOnlySpan<char> prefix) =>
        _byPrefix.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(prefix, out WeakReference<Partition>? known) && known.TryGetTarget(out Partition? partition)
            ? partition
            : null;

    /// <summary>The epoch of a collection in every scope.</summary>
    public EpochCell OfCollection(string collection) => Cell(EpochName.Collection(_prefix, collection));

    /// <summary>The epoch of a scope's owner in every collection.</summary>
    public EpochCell OfOwner(PartitionId id) => Cell(EpochName.Scope(_prefix, id.Scope, id.OrganizationId, id.UserId));

    /// <summary>The cell of a name, if anything lives under it.</summary>
    public EpochCell? FindCell(string name) =>
        name == Everything.Name ? Everything
        : _cells.TryGetValue(name, out WeakReference<EpochCell>? known) && known.TryGetTarget(out EpochCell? cell) ? cell
        : null;

    /// <summary>Drops the references to what is gone, and forgets tags cleared at or before <paramref name="time"/>.</summary>
    public void Trim(long time)
    {
        foreach (KeyValuePair<PartitionId, WeakReference<Partition>> known in _partitions)
        {
            if (known.Value.TryGetTarget(out Partition? partition))
                partition.ForgetTags(time);
            else
                _partitions.TryRemove(known);
        }

        DropDead(_byPrefix);
        DropDead(_cells);
    }

    /// <summary>The cell of a name.</summary>
    internal EpochCell Cell(string name)
    {
        while (true)
        {
            if (_cells.TryGetValue(name, out WeakReference<EpochCell>? known))
            {
                if (known.TryGetTarget(out EpochCell? cell))
                    return cell;
                _cells.TryRemove(KeyValuePair.Create(name, known));
            }

            var made = new EpochCell(name);
            if (_cells.TryAdd(name, new WeakReference<EpochCell>(made)))
                return made;
        }
    }

    private static void DropDead<T>(ConcurrentDictionary<string, WeakReference<T>> table)
        where T : class
    {
        foreach (KeyValuePair<string, WeakReference<T>> known in table)
        {
            if (!known.Value.TryGetTarget(out _))
                table.TryRemove(known);
        }
    }
}
