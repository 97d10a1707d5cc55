using Larder.Conformance.Faults;
using Larder.Stores;
using Larder.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Tests.Sessions;

/// <summary>Microsoft's session middleware on top of a Larder cache, over real HTTP.</summary>
public sealed class SessionMiddlewareTests : IDisposable
{
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("larder-session-");
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _keys.Delete(recursive: true);

    [Fact]
    public async Task A_session_remembers_what_its_client_did()
    {
        await using WebHost host = await StartAsync(_ => { });

        string[] visits = [await host.GetAsync("/visit"), await host.GetAsync("/visit"), await host.GetAsync("/visit")];

        Assert.Equal(["1", "2", "3"], visits);
        Assert.Equal(1, host.Services.GetRequiredService<ICache>().Statistics.Entries);
    }

    [Fact]
    public async Task A_session_slides_with_each_request_and_ends_when_it_idles()
    {
        await using WebHost host = await StartAsync(_ => { });
        await host.GetAsync("/visit");
        _time.Advance(TimeSpan.FromMinutes(19));
        await host.GetAsync("/visit");
        _time.Advance(TimeSpan.FromMinutes(19));
        string kept = await host.GetAsync("/visit");
        _time.Advance(TimeSpan.FromMinutes(21));

        Assert.Equal("3", kept);
        Assert.Equal("1", await host.GetAsync("/visit"));
    }

    [Fact]
    public async Task A_session_that_is_only_read_slides_too()
    {
        await using WebHost host = await StartAsync(_ => { });
        await host.GetAsync("/visit");
        for (int i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(15));
            Assert.Equal("1", await host.GetAsync("/look"));
        }
    }

    [Fact]
    public async Task A_session_goes_on_on_another_node()
    {
        var shared = new InMemoryStore();
        await using WebHost one = await StartAsync(builder => builder.UseStore(_ => shared));
        await using WebHost other = await StartAsync(builder => builder.UseStore(_ => shared.Connect()));
        string cookie = "";

        List<string> visits = [];
        foreach (WebHost host in (WebHost[])[one, other, one, other])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/visit");
            if (cookie.Length > 0)
                request.Headers.Add("Cookie", cookie);
            using var handler = new HttpClientHandler { UseCookies = false };
            using var client = new HttpClient(handler) { BaseAddress = host.Client.BaseAddress };
            using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            if (response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? set))
                cookie = set.Single().Split(';')[0];
            visits.Add(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(["1", "2", "3", "4"], visits);
    }

    [Fact]
    public async Task A_store_that_is_down_ends_no_session_that_memory_has()
    {
        var store = new FaultyStore(new InMemoryStore());
        await using WebHost host = await StartAsync(builder => builder.UseStore(_ => store));
        string first = await host.GetAsync("/visit");
        using Fault fault = store.Throw();

        string[] visits = [first, await host.GetAsync("/visit"), await host.GetAsync("/visit")];

        Assert.Equal(["1", "2", "3"], visits);
        Assert.True(fault.Happened > 0);
    }

    private Task<WebHost> StartAsync(Action<LarderBuilder> configure) => WebHost.StartAsync(
        services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            configure(services.AddLarder().AsDistributedCache());
            services.AddDataProtection().SetApplicationName("sessions").PersistKeysToFileSystem(_keys);
            services.AddSession(options => options.IdleTimeout = TimeSpan.FromMinutes(20));
        },
        app =>
        {
            app.UseRouting();
            app.UseSession();
            app.MapGet("/visit", (HttpContext http) =>
            {
                int visits = (http.Session.GetInt32("visits") ?? 0) + 1;
                http.Session.SetInt32("visits", visits);
                return $"{visits}";
            });
            app.MapGet("/look", (HttpContext http) => $"{http.Session.GetInt32("visits")}");
        });
}
