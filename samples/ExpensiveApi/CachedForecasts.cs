namespace Larder.Samples.ExpensiveApi;

/// <summary>The client behind the cache: all that an application has to add.</summary>
internal sealed class CachedForecasts(ICache cache, ForecastClient client)
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    // The key holds every parameter, those left out with their usual value; the free text is escaped, so that no
    // city's name can look like another parameter.
    public ValueTask<Forecast> GetAsync(ForecastRequest request, CancellationToken cancellationToken) =>
        cache.GetOrSetAsync(
            $"forecast:{Uri.EscapeDataString(request.City)}:{Uri.EscapeDataString(request.Units)}:{request.Days}:{Uri.EscapeDataString(request.Language)}",
            ct => client.GetAsync(request, ct),
            ttl: Month,
            cancellationToken: cancellationToken);
}
