using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Larder.AspNetCore.Tenancy;

/// <summary>Reads a user context from the claims of a request's identities.</summary>
/// <remarks>
/// Only what an authenticated identity claims counts. A claim that is blank is none. Where several claims of one type differ,
/// nobody can tell on whose behalf the request runs, and the id is left out: a scope that needs it then refuses, instead of
/// giving one organization's entries to another.
/// </remarks>
internal sealed class ClaimsUserContext(IEnumerable<string> userIdClaims, IEnumerable<string> organizationIdClaims)
{
    private readonly string[] _user = [.. userIdClaims];
    private readonly string[] _organization = [.. organizationIdClaims];

    public UserContext? Of(HttpContext http)
    {
        string? user = Find(http.User, _user);
        string? organization = Find(http.User, _organization);
        return user is null && organization is null ? null : new UserContext(user, organization);
    }

    private static string? Find(ClaimsPrincipal principal, string[] types)
    {
        foreach (string type in types)
        {
            string? found = null;
            foreach (ClaimsIdentity identity in principal.Identities)
            {
                if (!identity.IsAuthenticated)
                    continue;
                foreach (Claim claim in identity.FindAll(type))
                {
                    if (string.IsNullOrWhiteSpace(claim.Value) || claim.Value == found)
                        continue;
                    if (found is not null)
                        return null;
                    found = claim.Value;
                }
            }

            if (found is not null)
                return found;
        }

        return null;
    }
}
