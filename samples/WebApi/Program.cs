// A minimal API over a slow upstream.
//
//   dotnet run --project samples/WebApi --urls http://localhost:5080
//
//   curl localhost:5080/cities                                                        everybody's, in the output cache
//   curl localhost:5080/forecast/paris -H 'Authorization: Demo user=ada;organization=acme'    an organization's, in the cache
//   curl localhost:5080/report/paris   -H 'Authorization: Demo user=ada;organization=acme'    the same, in the output cache
//   curl -X POST localhost:5080/cities/refresh                                        evicts by tag
//   curl localhost:5080/health
using Larder;
using Larder.Samples.WebApi;
using Microsoft.AspNetCore.OutputCaching;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);

builder.Services.AddLarder(builder.Configuration.GetSection("Larder")).AsOutputCache();
builder.Services.AddOutputCache();
builder.Services.AddHealthChecks().AddLarder();
builder.Services.AddConsoleTelemetry();
builder.Services.AddDemoAuthentication();
builder.Services.AddSingleton<SlowWeatherService>();

WebApplication app = builder.Build();

app.UseAuthentication();
app.UseLarderUserContext(); // From here on UserContext.Current is the caller.
app.UseAuthorization();
app.UseOutputCache();

// The same for everybody: a whole response, kept until somebody refreshes it.
app.MapGet("/cities", (SlowWeatherService weather, CancellationToken cancellation) => weather.CitiesAsync(cancellation))
    .CacheOutput(policy => policy.Tag("cities").Expire(TimeSpan.FromHours(1)));

app.MapPost("/cities/refresh", async (IOutputCacheStore responses, CancellationToken cancellation) =>
{
    await responses.EvictByTagAsync("cities", cancellation);
    return Results.NoContent();
});

// A value of the caller's organization: no id is passed around, and no organization sees another's.
app.MapGet("/forecast/{city}", async (string city, ICache cache, SlowWeatherService weather, CancellationToken cancellation) =>
        await cache.Collection("forecast").For(CacheScope.Organization).GetOrSetAsync(
            $"city:{city}",
            (weather, city),
            static (state, ct) => state.weather.ForecastAsync(state.city, UserContext.Current?.OrganizationId, ct),
            cancellationToken: cancellation))
    .RequireAuthorization();

// A whole response for the caller's organization, which the framework's own policy would not cache.
app.MapGet("/report/{city}", async (string city, SlowWeatherService weather, CancellationToken cancellation) =>
        $"{DateTimeOffset.UtcNow:O}: {await weather.ForecastAsync(city, UserContext.Current?.OrganizationId, cancellation)}")
    .CacheOutput(CacheScope.Organization, policy => policy.Expire(TimeSpan.FromMinutes(1)))
    .RequireAuthorization();

app.MapGet("/upstream", (SlowWeatherService weather) => new { weather.Calls });
app.MapHealthChecks("/health", new() { ResponseWriter = HealthReports.WriteAsync });

await app.RunAsync();
