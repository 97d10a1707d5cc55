namespace Larder;

/// <summary>Something that happened in a cache.</summary>
/// <param name="CacheName">The cache, by <see cref="CacheOptions.Name"/>.</param>
public abstract record CacheEvent(string CacheName);

/// <summary>Something that happened to one entry.</summary>
/// <param name="CacheName">The cache, by <see cref="CacheOptions.Name"/>.</param>
/// <param name="Partition">Where the entry lives.</param>
/// <param name="Key">The entry's key within its partition. It may hold personal data: mind where you write it.</param>
public abstract record EntryEvent(string CacheName, EntryPartition Partition, string Key) : CacheEvent(CacheName);

/// <summary>Where an entry lives.</summary>
/// <param name="Collection">The collection; the default collection has its own name.</param>
/// <param name="Scope">Who shares the entry.</param>
/// <param name="OrganizationId">The organization, where the scope has one.</param>
/// <param name="UserId">The user, where the scope has one.</param>
public readonly record struct EntryPartition(string Collection, CacheScope Scope, string? OrganizationId, string? UserId)
{
    /// <summary>The partition for people to read, such as <c>weather (user 7 of acme)</c>.</summary>
    public override string ToString() => Scope switch
    {
        CacheScope.Organization => $"{Collection} (organization {OrganizationId})",
        CacheScope.User when OrganizationId is null => $"{Collection} (user {UserId})",
        CacheScope.User => $"{Collection} (user {UserId} of {OrganizationId})",
        _ => Collection,
    };
}
