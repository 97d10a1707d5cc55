using System.Net.Http.Json;

namespace Larder.Samples.ExpensiveApi;

/// <summary>Asks the service over HTTP. Knows nothing of a cache.</summary>
internal sealed class ForecastClient(HttpClient http)
{
    public async Task<Forecast> GetAsync(ForecastRequest request, CancellationToken cancellationToken)
    {
        string query = $"/forecast?city={Uri.EscapeDataString(request.City)}&units={Uri.EscapeDataString(request.Units)}&days={request.Days}&language={Uri.EscapeDataString(request.Language)}";
        return await http.GetFromJsonAsync<Forecast>(query, cancellationToken)
            ?? throw new InvalidDataException("The service answered null.");
    }
}
