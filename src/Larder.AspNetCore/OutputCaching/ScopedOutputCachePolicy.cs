using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Primitives;

namespace Larder.AspNetCore.OutputCaching;

/// <summary>Caches responses for a scope, see <see cref="ScopedOutputCacheExtensions"/>. One type for each, because the framework takes types.</summary>
internal abstract class ScopedOutputCachePolicy(CacheScope scope) : IOutputCachePolicy
{
    private const string Organization = "larder.organization";
    private const string User = "larder.user";

    /// <inheritdoc/>
    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        UserContext? caller = UserContext.Current;
        bool known = scope switch
        {
            CacheScope.Global => true,
            CacheScope.Organization => caller?.OrganizationId is not null,
            _ => caller?.UserId is not null,
        };
        bool cacheable = known && (HttpMethods.IsGet(context.HttpContext.Request.Method) || HttpMethods.IsHead(context.HttpContext.Request.Method));
        context.EnableOutputCaching = cacheable;
        context.AllowCacheLookup = cacheable;
        context.AllowCacheStorage = cacheable;
        context.AllowLocking = cacheable;
        if (context.CacheVaryByRules.QueryKeys.Count == 0)
            context.CacheVaryByRules.QueryKeys = "*";
        if (!cacheable || scope == CacheScope.Global)
            return ValueTask.CompletedTask;

        // Beside each other and told apart from "none", so that user 7 of organization a is not user 7 of b, or of none.
        context.CacheVaryByRules.VaryByValues[Organization] = Part(caller!.OrganizationId);
        if (scope == CacheScope.User)
            context.CacheVaryByRules.VaryByValues[User] = Part(caller.UserId);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        HttpResponse response = context.HttpContext.Response;
        if (!StringValues.IsNullOrEmpty(response.Headers.SetCookie) || response.StatusCode != StatusCodes.Status200OK)
            context.AllowCacheStorage = false;
        return ValueTask.CompletedTask;
    }

    internal sealed class Everybody() : ScopedOutputCachePolicy(CacheScope.Global);

    internal sealed class OneOrganization() : ScopedOutputCachePolicy(CacheScope.Organization);

    internal sealed class OneUser() : ScopedOutputCachePolicy(CacheScope.User);

    private static string Part(string? id) => id is null ? "-" : "=" + id;
}
