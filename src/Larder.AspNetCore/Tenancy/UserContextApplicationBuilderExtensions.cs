using Larder;
using Larder.AspNetCore.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Gives every request its <see cref="UserContext"/>.</summary>
public static class UserContextApplicationBuilderExtensions
{
    /// <summary>
    /// Sets the ambient <see cref="UserContext"/> of each request from the claims of its user, so that <c>cache.For(CacheScope.User)</c>
    /// and methods with <c>[Memoize(Scope = …)]</c> need no plumbing. Put it behind <c>UseAuthentication</c>, and in front of <c>UseOutputCache</c> and whatever
    /// uses scopes.
    /// </summary>
    /// <param name="app">The pipeline.</param>
    /// <param name="configure">Changes which claims are read, or reads something else.</param>
    /// <remarks>
    /// A request without such claims has a context without ids: a scope that needs one is an error, never a wider scope. Claims of one type that
    /// contradict each other count as none.
    /// </remarks>
    /// <exception cref="InvalidCacheOptionsException">There is no claim to read an id from, or one is blank.</exception>
    public static IApplicationBuilder UseLarderUserContext(this IApplicationBuilder app, Action<UserContextOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var options = new UserContextOptions();
        configure?.Invoke(options);
        Func<HttpContext, UserContext?> select = options.Select ?? ByClaims(options);
        return app.Use(next => new UserContextMiddleware(next, select).InvokeAsync);
    }

    private static Func<HttpContext, UserContext?> ByClaims(UserContextOptions options)
    {
        List<string> errors = [];
        Check(nameof(options.UserIdClaims), options.UserIdClaims);
        Check(nameof(options.OrganizationIdClaims), options.OrganizationIdClaims);
        if (errors.Count == 0 && options.UserIdClaims.Count + options.OrganizationIdClaims.Count == 0)
            errors.Add($"{nameof(options.UserIdClaims)} and {nameof(options.OrganizationIdClaims)} are both empty; one of them must name a claim.");
        return errors.Count == 0
            ? new ClaimsUserContext(options.UserIdClaims, options.OrganizationIdClaims).Of
            : throw new InvalidCacheOptionsException(errors);

        void Check(string option, IList<string>? claims)
        {
            if (claims is null)
                errors.Add($"{option} is null; it must be a list, empty for none.");
            else if (claims.Any(string.IsNullOrWhiteSpace))
                errors.Add($"{option} holds \"{claims.First(string.IsNullOrWhiteSpace)}\"; each must be the type of a claim.");
        }
    }
}
