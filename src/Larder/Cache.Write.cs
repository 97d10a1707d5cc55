using Larder.Partitions;

namespace Larder;

/// <content>Writes, removals, TTL management.</content>
public sealed partial class Cache
{
    /// <inheritdoc/>
    public ValueTask SetAsync<T>(CacheKey key, T value, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) =>
        _core.SetAsync(KeyOf(key), value, _core.PolicyOf(ttl, options), cancellationToken);

    /// <inheritdoc/>
    public void Set<T>(CacheKey key, T value, TimeSpan? ttl = null, EntryOptions? options = null) => Wait(SetAsync(key, value, ttl, options));

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(CacheKey key, CancellationToken cancellationToken = default) => _core.RemoveAsync(KeyOf(key), cancellationToken);

    /// <inheritdoc/>
    public bool Remove(CacheKey key) => Wait(RemoveAsync(key));

    /// <inheritdoc/>
    public ValueTask RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return _core.RemoveManyAsync(_partition, keys, cancellationToken);
    }

    /// <inheritdoc/>
    public void RemoveMany(IEnumerable<string> keys) => Wait(RemoveManyAsync(keys));

    /// <inheritdoc/>
    public ValueTask<long> RemoveByPatternAsync(string pattern, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return _core.RemoveByPatternAsync(_partition, pattern, cancellationToken);
    }

    /// <inheritdoc/>
    public long RemoveByPattern(string pattern) => Wait(RemoveByPatternAsync(pattern));

    /// <inheritdoc/>
    public ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => _core.RemoveByTagAsync(_partition, tag, cancellationToken);

    /// <inheritdoc/>
    public void RemoveByTag(string tag) => Wait(RemoveByTagAsync(tag));

    /// <inheritdoc/>
    public ValueTask ClearAsync(CancellationToken cancellationToken = default) => _coverage switch
    {
        Coverage.Everything => _core.ClearAsync(_core.Partitions.Everything, collection: null, scope: null, cancellationToken),
        Coverage.Collection => _core.ClearAsync(_core.Partitions.OfCollection(_partition.Collection), _partition.Collection, scope: null, cancellationToken),
        _ => _core.ClearAsync(_partition.Own, _partition.Collection, _partition.Scope, cancellationToken),
    };

    /// <inheritdoc/>
    public void Clear() => Wait(ClearAsync());

    /// <inheritdoc/>
    public ValueTask ClearAsync(string? collection, UserContext? context, CacheScope? scope, CancellationToken cancellationToken = default)
    {
        if (_coverage == Coverage.Partition)
            throw new ArgumentException("This handle covers one partition; call ClearAsync() without arguments, or clear others from the cache itself.", nameof(scope));
        if (_coverage == Coverage.Collection && collection is not null && collection != _partition.Collection)
            throw new ArgumentException($"This handle covers the collection '{_partition.Collection}'; clear '{collection}' from the cache itself.", nameof(collection));
        if (collection is "")
            throw new ArgumentException("A collection's name must have at least one character; null means every collection.", nameof(collection));
        if (context is not null && scope is null)
            throw new ArgumentException("A context was given without a scope: say whether the organization's or the user's entries are meant.", nameof(scope));

        string? cleared = collection ?? (_coverage == Coverage.Collection ? _partition.Collection : null);
        if (scope is not { } wanted)
        {
            return cleared is null
                ? ClearAsync(cancellationToken)
                : _core.ClearAsync(_core.Partitions.OfCollection(cleared), cleared, scope: null, cancellationToken);
        }

        PartitionId id = PartitionId.Of(cleared ?? DefaultCollection, wanted, context ?? UserContext.Current);
        return cleared is null
            ? _core.ClearAsync(_core.Partitions.OfOwner(id), collection: null, wanted, cancellationToken)
            : _core.ClearAsync(_core.Partitions.Get(id).Own, cleared, wanted, cancellationToken);
    }

    /// <inheritdoc/>
    public void Clear(string? collection, UserContext? context, CacheScope? scope) => Wait(ClearAsync(collection, context, scope));

    /// <inheritdoc/>
    public ValueTask<TimeToLive> GetTimeToLiveAsync(CacheKey key, CancellationToken cancellationToken = default) =>
        _core.GetTimeToLiveAsync(KeyOf(key), cancellationToken);

    /// <inheritdoc/>
    public TimeToLive GetTimeToLive(CacheKey key) => Wait(GetTimeToLiveAsync(key));

    /// <inheritdoc/>
    public ValueTask<bool> SetTimeToLiveAsync(CacheKey key, TimeSpan ttl, CancellationToken cancellationToken = default)
    {
        _ = _core.PolicyOf(ttl, options: null); // Refuses a TTL that is none.
        return _core.SetTimeToLiveAsync(KeyOf(key), ttl, cancellationToken);
    }

    /// <inheritdoc/>
    public bool SetTimeToLive(CacheKey key, TimeSpan ttl) => Wait(SetTimeToLiveAsync(key, ttl));

    /// <inheritdoc/>
    public ValueTask<bool> RefreshAsync(CacheKey key, CancellationToken cancellationToken = default) =>
        _core.SetTimeToLiveAsync(KeyOf(key), ttl: null, cancellationToken);

    /// <inheritdoc/>
    public bool Refresh(CacheKey key) => Wait(RefreshAsync(key));
}
