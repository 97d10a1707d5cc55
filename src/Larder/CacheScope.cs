namespace Larder;

/// <summary>Who shares an entry.</summary>
public enum CacheScope
{
    /// <summary>Everybody.</summary>
    Global,

    /// <summary>The members of one organization. Needs a <see cref="UserContext.OrganizationId"/>.</summary>
    Organization,

    /// <summary>One user. Needs a <see cref="UserContext.UserId"/>.</summary>
    User,
}
