using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Larder.Samples.WebApi;

/// <summary>
/// Believes whatever a header says: <c>Authorization: Demo user=ada;organization=acme</c>. For a sample; a real application has tokens that
/// somebody signed, and the rest of the sample stays as it is.
/// </summary>
internal sealed class DemoAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Demo";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(SchemeName + " ", StringComparison.Ordinal))
            return Task.FromResult(AuthenticateResult.NoResult());

        IEnumerable<Claim> claims = header[(SchemeName.Length + 1)..]
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(pair => pair.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .Select(pair => new Claim(pair[0] == "user" ? "sub" : pair[0] == "organization" ? "org_id" : pair[0], pair[1]));
        var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName)));
    }
}

internal static class DemoAuthenticationServiceCollectionExtensions
{
    public static void AddDemoAuthentication(this IServiceCollection services)
    {
        services.AddAuthentication(DemoAuthentication.SchemeName).AddScheme<AuthenticationSchemeOptions, DemoAuthentication>(DemoAuthentication.SchemeName, null);
        services.AddAuthorization();
    }
}
