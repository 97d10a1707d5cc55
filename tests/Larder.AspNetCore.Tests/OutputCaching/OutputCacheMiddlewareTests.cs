using Larder.AspNetCore.OutputCaching;
using Larder.Conformance.Faults;
using Larder.Stores;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Tests.OutputCaching;

/// <summary>Microsoft's output cache middleware on top, over real HTTP.</summary>
public sealed class OutputCacheMiddlewareTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_is_made_once_and_again_after_its_tag_was_evicted(bool larderFirst)
    {
        int made = 0;
        await using WebHost host = await WebHost.StartAsync(
            services =>
            {
                if (larderFirst)
                    services.AddLarder().AsOutputCache();
                services.AddOutputCache();
                if (!larderFirst)
                    services.AddLarder().AsOutputCache();
            },
            app =>
            {
                app.UseRouting();
                app.UseOutputCache();
                app.MapGet("/time", () => $"response {Interlocked.Increment(ref made)}").CacheOutput(policy => policy.Tag("time").Expire(TimeSpan.FromHours(1)));
            });

        string[] before = [await host.GetAsync("/time"), await host.GetAsync("/time")];
        await host.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("time", TestContext.Current.CancellationToken);
        string after = await host.GetAsync("/time");

        Assert.IsType<CacheOutputStore>(host.Services.GetRequiredService<IOutputCacheStore>());
        Assert.Equal(["response 1", "response 1"], before);
        Assert.Equal("response 2", after);
        Assert.Equal(1, host.Services.GetRequiredService<ICache>().Statistics.Hits);
    }

    [Fact]
    public async Task A_cached_response_keeps_its_headers_and_tells_its_age()
    {
        await using WebHost host = await StartAsync(
            services => services.AddLarder().AsOutputCache(),
            app => app.MapGet("/a", (HttpContext http) =>
            {
                http.Response.Headers["X-Own"] = "kept";
                return Results.Bytes(new byte[100_000], "application/x-own");
            }).CacheOutput());
        await host.GetAsync("/a");

        using HttpResponseMessage second = await host.Client.GetAsync(new Uri("/a", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("kept", second.Headers.GetValues("X-Own").Single());
        Assert.NotNull(second.Headers.Age);
        Assert.Equal("application/x-own", second.Content.Headers.ContentType!.ToString());
        Assert.Equal(100_000, (await second.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task Callers_at_once_wait_for_one_response()
    {
        int made = 0;
        var go = new TaskCompletionSource();
        await using WebHost host = await StartAsync(
            services => services.AddLarder().AsOutputCache(),
            app => app.MapGet("/slow", async () =>
            {
                Interlocked.Increment(ref made);
                await go.Task;
                return "done";
            }).CacheOutput());

        Task<string>[] calls = [.. Enumerable.Range(0, 10).Select(_ => host.GetAsync("/slow"))];
        go.SetResult();
        string[] answers = await Task.WhenAll(calls);

        Assert.All(answers, answer => Assert.Equal("done", answer));
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task A_store_that_fails_never_fails_a_request()
    {
        var store = new FaultyStore(new InMemoryStore());
        using Fault fault = store.Throw();
        int made = 0;
        await using WebHost host = await StartAsync(
            services => services.AddLarder().UseStore(_ => store).AsOutputCache(),
            app => app.MapGet("/a", () => $"{Interlocked.Increment(ref made)}").CacheOutput());

        string[] answers = [await host.GetAsync("/a"), await host.GetAsync("/a")];

        Assert.Equal(["1", "1"], answers);
        Assert.True(fault.Happened > 0);
    }

    [Fact]
    public async Task A_named_cache_and_another_collection_can_be_chosen()
    {
        await using WebHost host = await StartAsync(
            services =>
            {
                services.AddLarder();
                services.AddLarder("pages").AsOutputCache("responses");
            },
            app => app.MapGet("/a", () => "a").CacheOutput());
        await host.GetAsync("/a");

        ICache pages = host.Services.GetRequiredKeyedService<ICache>("pages");

        Assert.Equal((1, 0), (pages.Statistics.Entries, host.Services.GetRequiredService<ICache>().Statistics.Entries));
        await pages.Collection("responses").ClearAsync(TestContext.Current.CancellationToken);
        await host.GetAsync("/a");
        Assert.Equal(2, pages.Statistics.Sets);
    }

    [Fact]
    public async Task A_scoped_response_is_shared_by_its_organization_or_user_and_by_nobody_else()
    {
        int made = 0;
        await using WebHost host = await StartScopedAsync(() => $"{Interlocked.Increment(ref made)}");

        // org: by organization; user: by user.
        Assert.Equal("1", await host.GetAsync("/org", "sub=u1;org_id=a"));
        Assert.Equal("1", await host.GetAsync("/org", "sub=u2;org_id=a"));
        Assert.Equal("2", await host.GetAsync("/org", "sub=u1;org_id=b"));
        Assert.Equal("1", await host.GetAsync("/org", "sub=u3;org_id=a"));
        Assert.Equal("3", await host.GetAsync("/user", "sub=u1;org_id=a"));
        Assert.Equal("4", await host.GetAsync("/user", "sub=u1;org_id=b"));
        Assert.Equal("5", await host.GetAsync("/user", "sub=u1"));
        Assert.Equal("3", await host.GetAsync("/user", "sub=u1;org_id=a"));
        Assert.Equal("6", await host.GetAsync("/user", "sub=u1;org_id=-"));
        Assert.Equal("5", await host.GetAsync("/user", "sub=u1"));
    }

    [Fact]
    public async Task Without_the_id_that_its_scope_needs_a_response_is_neither_kept_nor_found()
    {
        int made = 0;
        await using WebHost host = await StartScopedAsync(() => $"{Interlocked.Increment(ref made)}");

        string[] answers =
        [
            await host.GetAsync("/org", "sub=u1"),
            await host.GetAsync("/org", "sub=u1"),
            await host.GetAsync("/org"),
            await host.GetAsync("/user"),
            await host.GetAsync("/user", "org_id=a"),
            await host.GetAsync("/user", "org_id=a"),
        ];

        Assert.Equal(["1", "2", "3", "4", "5", "6"], answers);
        Assert.Equal(0, host.Services.GetRequiredService<ICache>().Statistics.Entries);
    }

    [Fact]
    public async Task A_scoped_response_that_sets_a_cookie_or_is_no_success_is_not_kept()
    {
        int made = 0;
        await using WebHost host = await StartScopedAsync(() => "", app =>
        {
            app.MapGet("/cookie", (HttpContext http) =>
            {
                http.Response.Cookies.Append("a", "b");
                return $"{Interlocked.Increment(ref made)}";
            }).CacheOutput(CacheScope.Global);
            app.MapGet("/good", () => $"{Interlocked.Increment(ref made)}").CacheOutput(CacheScope.Global);
            app.MapGet("/bad", () => Results.Text($"{Interlocked.Increment(ref made)}", statusCode: 203)).CacheOutput(CacheScope.Global);
        });

        string[] answers = [await host.GetAsync("/cookie"), await host.GetAsync("/cookie"), await host.GetAsync("/bad"), await host.GetAsync("/bad"), await host.GetAsync("/good"), await host.GetAsync("/good", "sub=1")];

        Assert.Equal(["1", "2", "3", "4", "5", "5"], answers);
        Assert.Equal(1, host.Services.GetRequiredService<ICache>().Statistics.Entries);
    }

    [Fact]
    public async Task A_scoped_response_still_varies_by_its_query()
    {
        int made = 0;
        await using WebHost host = await StartScopedAsync(() => $"{Interlocked.Increment(ref made)}");

        string[] answers = [await host.GetAsync("/org?q=1", "org_id=a"), await host.GetAsync("/org?q=2", "org_id=a"), await host.GetAsync("/org?q=1", "org_id=a")];

        Assert.Equal(["1", "2", "1"], answers);
    }

    [Fact]
    public async Task A_scoped_policy_can_have_a_name_a_time_and_tags()
    {
        int made = 0;
        await using WebHost host = await StartAsync(
            services =>
            {
                services.AddLarder().AsOutputCache();
                services.Configure<OutputCacheOptions>(o => o.AddPolicy("mine", CacheScope.User, policy => policy.Tag("t").Expire(TimeSpan.FromHours(1))));
            },
            app => app.MapGet("/a", () => $"{Interlocked.Increment(ref made)}").CacheOutput("mine"));

        string[] before = [await host.GetAsync("/a", "sub=1"), await host.GetAsync("/a", "sub=1"), await host.GetAsync("/a", "sub=2")];
        await host.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("t", TestContext.Current.CancellationToken);

        Assert.Equal(["1", "1", "2"], before);
        Assert.Equal("3", await host.GetAsync("/a", "sub=1"));
    }

    [Fact]
    public void A_scope_that_does_not_exist_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new OutputCacheOptions().AddPolicy("x", (CacheScope)9));

    private static Task<WebHost> StartScopedAsync(Func<string> make, Action<WebApplication>? more = null) => StartAsync(
        services => services.AddLarder().AsOutputCache(),
        app =>
        {
            app.MapGet("/org", make).CacheOutput(CacheScope.Organization);
            app.MapGet("/user", make).CacheOutput(CacheScope.User);
            more?.Invoke(app);
        });

    private static Task<WebHost> StartAsync(Action<IServiceCollection> services, Action<WebApplication> endpoints) => WebHost.StartAsync(
        all =>
        {
            all.AddOutputCache();
            services(all);
        },
        app =>
        {
            app.Use(WebHost.SignsIn);
            app.UseLarderUserContext();
            app.UseRouting();
            app.UseOutputCache();
            endpoints(app);
        });
}
