using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder.AspNetCore.Tests;

/// <summary>A web application on a free port of loopback, called over real HTTP.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClientHandler _handler = new() { CookieContainer = new CookieContainer() };

    private WebHost(WebApplication app)
    {
        _app = app;
        Client = new HttpClient(_handler) { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<WebHost> StartAsync(Action<IServiceCollection> services, Action<WebApplication> pipeline)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddLogging(logging => logging.ClearProviders());
        services(builder.Services);
        WebApplication app = builder.Build();
        pipeline(app);
        await app.StartAsync();
        return new WebHost(app);
    }

    /// <summary>Signs a request in as its headers say: <c>X-User: type=value;type=value</c>.</summary>
    public static Func<HttpContext, RequestDelegate, Task> SignsIn => (http, next) =>
    {
        if (http.Request.Headers.TryGetValue("X-User", out var claims))
            http.User = new ClaimsPrincipal(new ClaimsIdentity(Claims(claims.ToString()), "test"));
        else if (http.Request.Headers.TryGetValue("X-Anonymous", out claims))
            http.User = new ClaimsPrincipal(new ClaimsIdentity(Claims(claims.ToString())));
        return next(http);
    };

    public async Task<string> GetAsync(string path, string? user = null, string header = "X-User")
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (user is not null)
            request.Headers.Add(header, user);
        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode ? body : throw new HttpRequestException($"{response.StatusCode}: {body}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _handler.Dispose();
        await _app.DisposeAsync();
    }

    private static IEnumerable<Claim> Claims(string text) =>
        text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => new Claim(pair[0], pair[1]));
}
