namespace Larder.Partitions;

/// <summary>Where an entry lives: collection × scope × owner. One instance exists per cache for each, so that two are the same when their references are.</summary>
internal sealed class Partition
{
    public Partition(string collection, CacheScope scope, string? organizationId, string? userId, string prefix)
    {
        Collection = collection;
        Scope = scope;
        OrganizationId = organizationId;
        UserId = userId;
        Prefix = prefix;
    }

    public string Collection { get; }

    public CacheScope Scope { get; }

    public string? OrganizationId { get; }

    public string? UserId { get; }

    /// <summary>The part of every stored key in front of the entry's own: escaped, ends with the separator.</summary>
    public string Prefix { get; }
}
