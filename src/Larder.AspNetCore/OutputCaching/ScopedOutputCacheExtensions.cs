using Larder.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;

namespace Larder;

/// <summary>Output caching by scope: responses that one user or one organization shares.</summary>
/// <remarks>
/// The responses to <c>GET</c> and <c>HEAD</c> are cached for signed-in callers, too, for whom the framework's default policy caches
/// nothing; these policies take its place. Who the caller is says the ambient <see cref="UserContext"/>: put
/// <c>UseLarderUserContext</c> in front of <c>UseOutputCache</c>. Where the context lacks the id that the scope needs, nothing is
/// looked up and nothing is kept: a response is never shared more widely than its scope. A response that sets a cookie, or is no 200, is not kept
/// either.
/// </remarks>
public static class ScopedOutputCacheExtensions
{
    /// <summary>Caches an endpoint's responses for a scope.</summary>
    /// <param name="endpoint">The endpoint, or a group of them.</param>
    /// <param name="scope">Who shares a response. <see cref="CacheScope.Global"/> shares it among everybody, signed in or not.</param>
    /// <param name="policy">Says the rest: how long, which tags, what else responses vary by.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such scope.</exception>
    public static TBuilder CacheOutput<TBuilder>(this TBuilder endpoint, CacheScope scope, Action<OutputCachePolicyBuilder>? policy = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint.CacheOutput(Scoped(scope, policy), excludeDefaultPolicy: true);
    }

    /// <summary>Adds a policy by name that caches responses for a scope, to be chosen by <c>CacheOutput(name)</c>.</summary>
    /// <param name="options">The output cache's options.</param>
    /// <param name="name">The policy's name.</param>
    /// <param name="scope">Who shares a response.</param>
    /// <param name="policy">Says the rest.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such scope.</exception>
    public static void AddPolicy(this OutputCacheOptions options, string name, CacheScope scope, Action<OutputCachePolicyBuilder>? policy = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AddPolicy(name, Scoped(scope, policy), excludeDefaultPolicy: true);
    }

    private static Action<OutputCachePolicyBuilder> Scoped(CacheScope scope, Action<OutputCachePolicyBuilder>? more)
    {
        if (!Enum.IsDefined(scope))
            throw new ArgumentOutOfRangeException(nameof(scope), scope, "The scope must be Global, Organization or User.");
        return builder =>
        {
            _ = scope switch
            {
                CacheScope.Organization => builder.AddPolicy<ScopedOutputCachePolicy.OneOrganization>(),
                CacheScope.User => builder.AddPolicy<ScopedOutputCachePolicy.OneUser>(),
                _ => builder.AddPolicy<ScopedOutputCachePolicy.Everybody>(),
            };
            more?.Invoke(builder);
        };
    }
}
