using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Larder.Samples.ExpensiveApi;

/// <summary>The expensive service: real HTTP on the loopback interface, every call takes its time (and would cost money).</summary>
internal sealed class ForecastService : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _calls;

    private ForecastService(TimeSpan latency)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.MapGet("/ready", () => Results.Ok());
        _application.MapGet("/forecast", async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            Interlocked.Increment(ref _calls);
            await Task.Delay(latency, cancellationToken);
            return Answer(request.Query);
        });
    }

    public Uri Address => new(_application.Urls.Single());

    /// <summary>How often it was called.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public static async Task<ForecastService> StartAsync(TimeSpan latency)
    {
        var service = new ForecastService(latency);
        await service._application.StartAsync();
        return service;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static IResult Answer(IQueryCollection query)
    {
        string? city = query["city"];
        if (string.IsNullOrEmpty(city))
            return Results.BadRequest("The parameter 'city' is missing.");
        string units = query["units"].FirstOrDefault() ?? "metric";
        string language = query["language"].FirstOrDefault() ?? "en";
        if (!int.TryParse(query["days"].FirstOrDefault() ?? "3", out int days) || days is < 1 or > 14)
            return Results.BadRequest("The parameter 'days' must be 1 to 14.");

        // A made-up climate, the same for the same question.
        int seed = 0;
        foreach (char c in city)
            seed = (seed * 31) + c;
        var random = new Random(seed);
        double[] temperatures = [.. Enumerable.Range(0, days).Select(_ => Math.Round((units == "imperial" ? 1.8 : 1) * (5 + (20 * random.NextDouble())) + (units == "imperial" ? 32 : 0), 1))];
        string summary = language == "de" ? "heiter bis wolkig" : "fair to cloudy";
        return Results.Ok(new Forecast(city, units, days, language, temperatures, summary));
    }
}
