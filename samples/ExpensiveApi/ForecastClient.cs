using System.Net.Http.Json;

namespace Larder.Samples.ExpensiveApi;

/// <summary>Asks the service over HTTP. Knows nothing of a cache.</summary>
internal sealed class ForecastClient(HttpClient http)
{
    public async Task<Forecast> GetAsync(string city, string units = "metric", int days = 3, string language = "en", CancellationToken cancellationToken = default)
    {
        string query = $"/forecast?city={Uri.EscapeDataString(city)}&units={Uri.EscapeDataString(units)}&days={days}&language={Uri.EscapeDataString(language)}";
        return await http.GetFromJsonAsync<Forecast>(query, cancellationToken)
            ?? throw new InvalidDataException("The service answered null.");
    }
}
