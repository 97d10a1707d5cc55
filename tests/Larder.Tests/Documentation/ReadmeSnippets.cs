using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Tests.Documentation;

/// <summary>The README's code, so that it compiles. <see cref="ReadmeTests"/> compares the two; change both.</summary>
internal static class ReadmeSnippets
{
    public static async Task FirstStepsAsync(int id, IDatabase db)
    {
        await using var cache = Cache.Create();   // memory only, at most 100,000 entries, a TTL of 5 minutes

        User user = await cache.GetOrSetAsync($"user:{id}", ct => db.LoadUserAsync(id, ct), ttl: TimeSpan.FromMinutes(10));

        await db.SaveUserAsync(user);
        await cache.RemoveAsync($"user:{id}");

        await cache.SetAsync($"user:{id}", user);              // a new value
        await cache.RemoveByPatternAsync("user:*");            // a glob over keys
        await cache.RemoveByTagAsync("eu");                    // all that carries a tag, in O(1)
        await cache.Collection("weather").ClearAsync();        // a collection, in O(1)
        await cache.ClearAsync();                              // everything, in O(1)
    }

    public static async Task FailingAsync()
    {
        await using var cache = Cache.Create(o =>
        {
            o.DefaultTtl = TimeSpan.FromMinutes(5);
            o.Grace = TimeSpan.FromHours(1);                       // for an hour after that: stale rather than failing
            o.SoftTimeout = TimeSpan.FromMilliseconds(200);        // with something stale at hand, wait no longer
            o.HardTimeout = TimeSpan.FromSeconds(5);               // never wait longer
            o.Retry = new RetryOptions { Retries = 2 };            // exponential backoff with jitter
        });
    }

    public static async Task AdaptiveAsync(ICache cache, string path, IHttp http)
    {
        Page page = await cache.GetOrSetAsync($"page:{path}", async (entry, ct) =>
        {
            Response response = await http.GetAsync(path, entry.ETag, ct);   // If-None-Match: what we have
            if (response.NotModified)
                return entry.NotModified<Page>();                            // still good: fresh for another TTL

            entry.ETag = response.ETag;
            entry.Ttl = response.MaxAge;
            entry.Tags = [response.Site];
            entry.DoNotCache = response.IsPrivate;
            return response.Page;
        });
    }

    public static async Task ManyAsync(ICache cache, string[] ids, IDatabase db)
    {
        IReadOnlyDictionary<string, User> users = await cache.GetOrSetManyAsync(ids, (missing, ct) => db.LoadUsersAsync(missing, ct));
    }

    public static async Task TenantsAsync(Cache cache, string city, IForecasts api)
    {
        ICache forecasts = cache.Collection("weather").For(new UserContext(userId: "123", organizationId: "456"));
        Forecast forecast = await forecasts.GetOrSetAsync(city, ct => api.ForecastAsync(city, ct));

        await cache.ClearAsync(collection: "weather", context: new UserContext(organizationId: "456"), scope: CacheScope.Organization);
    }

    public static void Memoized(ICache cache, IForecasts api)
    {
        Func<string, int, CancellationToken, ValueTask<Forecast>> cached = cache.Memoize<string, int, Forecast>(api.ForecastAsync, name: "forecast");
    }

    public static async Task PersistedAsync()
    {
        await using var cache = Cache.Create(o => o.PersistTo("cache.larder"));
    }

    public static void Hosted(HostApplicationBuilder builder)
    {
        builder.Services.AddLarder(builder.Configuration.GetSection("Larder"));
        builder.Services.AddLarder("products", o => o.DefaultTtl = TimeSpan.FromHours(1));   // [FromKeyedServices("products")] ICache
    }

    internal interface IDatabase
    {
        Task<User> LoadUserAsync(int id, CancellationToken cancellationToken);

        Task SaveUserAsync(User user);

        Task<Dictionary<string, User>> LoadUsersAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);
    }

    internal interface IHttp
    {
        Task<Response> GetAsync(string path, string? etag, CancellationToken cancellationToken);
    }

    internal interface IForecasts
    {
        Task<Forecast> ForecastAsync(string city, CancellationToken cancellationToken);

        ValueTask<Forecast> ForecastAsync(string city, int days, CancellationToken cancellationToken);
    }

    internal sealed record User(string Name);

    internal sealed record Page(string Text);

    internal sealed record Forecast(double Temperature);

    internal sealed record Response(bool NotModified, string ETag, TimeSpan MaxAge, string Site, bool IsPrivate, Page Page);
}
