using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Larder;

/// <summary>How a request's <see cref="UserContext"/> is found.</summary>
public sealed class UserContextOptions
{
    /// <summary>The types of the claims that name the user, the first that is there counts. Default: <see cref="ClaimTypes.NameIdentifier"/>, then <c>sub</c>.</summary>
    public IList<string> UserIdClaims { get; set; } = [ClaimTypes.NameIdentifier, "sub"];

    /// <summary>
    /// The types of the claims that name the organization, the first that is there counts. Default: <c>organization_id</c>,
    /// <c>org_id</c>, <c>tenant_id</c>, <c>tid</c>, and the long name that the last has after claim mapping.
    /// </summary>
    public IList<string> OrganizationIdClaims { get; set; } = ["organization_id", "org_id", "tenant_id", "tid", "http://schemas.microsoft.com/identity/claims/tenantid"];

    /// <summary>Finds the context in another way than by claims; <see langword="null"/> from it is a request without one. Default <see langword="null"/>: by the claims.</summary>
    public Func<HttpContext, UserContext?>? Select { get; set; }
}
