namespace Larder.Samples.WebApi;

internal sealed record Forecast(string City, string? Organization, int Celsius, string Source);
