namespace Larder.Samples.ExpensiveApi;

/// <summary>The client behind the cache: all that an application has to add.</summary>
internal sealed class CachedForecasts(ICache cache, ForecastClient client)
{
    // Every parameter is part of the key, those left out with their usual value.
    private readonly Func<string, string, int, string, CancellationToken, Task<Forecast>> _forecast =
        cache.Memoize<string, string, int, string, Forecast>(client.GetAsync, name: "forecast", ttl: TimeSpan.FromDays(30));

    public Task<Forecast> GetAsync(string city, string units = "metric", int days = 3, string language = "en", CancellationToken cancellationToken = default) =>
        _forecast(city, units, days, language, cancellationToken);
}
