using System.Collections.Concurrent;

namespace Larder.Samples.Memoize;

/// <summary>Takes its time, and counts how often it is called. Every organization has its own stations.</summary>
internal sealed class SlowWeatherApi(TimeSpan latency) : IWeatherApi
{
    private readonly ConcurrentDictionary<(string? Organization, string City), Weather> _stations = new();
    private int _calls;

    public int Calls => _calls;

    public async Task<Weather> GetAsync(string city, UserContext user, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        await Task.Delay(latency, cancellationToken);
        return _stations.GetOrAdd((user.OrganizationId, city), static key => new Weather(key.City, 10 + (key.City.Length % 15), key.Organization == "acme" ? "clear" : "cloudy"));
    }

    public async Task SaveAsync(string city, Weather weather, UserContext user)
    {
        await Task.Delay(latency);
        _stations[(user.OrganizationId, city)] = weather;
    }
}
