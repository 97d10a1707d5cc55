using Microsoft.AspNetCore.Http;

namespace Larder.AspNetCore.Tenancy;

/// <summary>Makes the request's user context the ambient one while the rest of the pipeline runs.</summary>
internal sealed class UserContextMiddleware(RequestDelegate next, Func<HttpContext, UserContext?> select)
{
    // Not nothing: what was ambient where the server was started would reach every request that has no context of its own.
    private static readonly UserContext Nobody = new();

    public async Task InvokeAsync(HttpContext http)
    {
        using (UserContext.Use(select(http) ?? Nobody))
            await next(http).ConfigureAwait(false);
    }
}
