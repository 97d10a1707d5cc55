using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Tests.Tenancy;

public sealed class UserContextMiddlewareTests
{
    [Theory]
    [InlineData("sub=7;org_id=a", "7 a")]
    [InlineData("sub=7", "7 -")]
    [InlineData("organization_id=b", "- b")]
    [InlineData("tenant_id=t", "- t")]
    [InlineData("tid=t", "- t")]
    [InlineData("http://schemas.microsoft.com/identity/claims/tenantid=t", "- t")]
    [InlineData("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier=1;sub=2", "1 -")]
    [InlineData("sub= ;org_id=", "- -")]
    [InlineData("sub=7;sub=7;org_id=a;org_id=a", "7 a")]
    [InlineData("org_id=a;org_id=b", "- -")]
    [InlineData("org_id=a;org_id=b;tid=c", "- -")]
    [InlineData("organization_id=a;tid=c", "- a")]
    [InlineData("name=x", "- -")]
    public async Task Claims_become_the_ambient_context(string claims, string expected)
    {
        await using WebHost host = await StartAsync();

        Assert.Equal(expected, await host.GetAsync("/who", claims));
    }

    [Fact]
    public async Task What_nobody_vouches_for_counts_for_nothing()
    {
        await using WebHost host = await StartAsync();

        Assert.Equal("- -", await host.GetAsync("/who", "sub=7;org_id=a", "X-Anonymous"));
    }

    [Fact]
    public async Task A_request_never_runs_in_the_context_that_the_server_was_started_in()
    {
        using IDisposable ambient = UserContext.Use(new UserContext("starter", "company"));
        await using WebHost host = await StartAsync();

        Assert.Equal("- -", await host.GetAsync("/who"));
        Assert.Equal("7 -", await host.GetAsync("/who", "sub=7"));
    }

    [Fact]
    public async Task Requests_at_once_do_not_see_each_others_context()
    {
        await using WebHost host = await StartAsync();

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => host.GetAsync("/who-later", $"sub={i};org_id=o{i % 3}")));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i} o{i % 3}"), answers);
    }

    [Fact]
    public async Task Scopes_need_no_plumbing()
    {
        await using WebHost host = await StartAsync();

        Assert.Equal("first", await host.GetAsync("/mine?value=first", "sub=1"));
        Assert.Equal("second", await host.GetAsync("/mine?value=second", "sub=2"));
        Assert.Equal("first", await host.GetAsync("/mine?value=third", "sub=1"));
    }

    [Fact]
    public async Task A_scope_without_the_id_that_it_needs_is_an_error_and_no_wider_scope()
    {
        await using WebHost host = await StartAsync();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => host.GetAsync("/mine?value=first", "org_id=a"));

        Assert.StartsWith("InternalServerError", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_claims_and_other_ways_can_be_chosen()
    {
        await using WebHost claims = await StartAsync(o => (o.UserIdClaims, o.OrganizationIdClaims) = (["upn"], [ClaimTypes.GroupSid]));
        await using WebHost own = await StartAsync(o => o.Select = http => new UserContext(http.Request.Headers["X-User"].ToString()));

        Assert.Equal("me -", await claims.GetAsync("/who", "sub=7;upn=me"));
        Assert.Equal("sub=7 -", await own.GetAsync("/who", "sub=7"));
    }

    [Fact]
    public void Options_without_sense_are_refused_when_the_pipeline_is_built()
    {
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());

        Assert.Equal(
            ["UserIdClaims is null; it must be a list, empty for none.", "OrganizationIdClaims holds \" \"; each must be the type of a claim."],
            Assert.Throws<InvalidCacheOptionsException>(() => app.UseLarderUserContext(o => (o.UserIdClaims, o.OrganizationIdClaims) = (null!, ["a", " "]))).Errors);
        Assert.Contains("both empty", Assert.Throws<InvalidCacheOptionsException>(() => app.UseLarderUserContext(o => (o.UserIdClaims, o.OrganizationIdClaims) = ([], []))).Message);
    }

    private static Task<WebHost> StartAsync(Action<UserContextOptions>? configure = null) => WebHost.StartAsync(
        services => services.AddLarder(),
        app =>
        {
            app.Use(WebHost.SignsIn);
            app.UseLarderUserContext(configure);
            app.UseRouting();
            app.MapGet("/who", Who);
            app.MapGet("/who-later", async () =>
            {
                await Task.Yield();
                await Task.Delay(1);
                return Who();
            });
            app.MapGet("/mine", (ICache cache, string value) => cache.For(CacheScope.User).GetOrSetAsync("mine", _ => ValueTask.FromResult(value)));
        });

    private static string Who() => UserContext.Current is { } context ? $"{context.UserId ?? "-"} {context.OrganizationId ?? "-"}" : "none";
}
