namespace Larder.Samples.Memoize;

/// <summary>The weather, by city and organization. The generator writes the bodies of the partial methods.</summary>
internal sealed partial class WeatherService(ICache cache, IWeatherApi api)
{
    /// <summary>The weather of a city.</summary>
    /// <param name="city">The city.</param>
    /// <param name="user">On whose behalf: the organization shares the result.</param>
    /// <param name="trace">What the request is called in logs; no part of the key.</param>
    /// <param name="ct">Cancels the call.</param>
    [Memoize(nameof(FetchAsync), TtlSeconds = 3600, Scope = CacheScope.Organization, Collection = "weather", IgnoreArguments = ["trace"])]
    public partial Task<Weather> GetAsync(string city, UserContext user, string? trace = null, CancellationToken ct = default);

    private Task<Weather> FetchAsync(string city, UserContext user, string? trace, CancellationToken ct) => api.GetAsync(city, user, ct);

    /// <summary>Corrects the weather of a city, and forgets what was cached of it.</summary>
    [Invalidates(nameof(GetAsync))]
    public partial Task SaveAsync(string city, Weather weather, UserContext user);

    private Task SaveCoreAsync(string city, Weather weather, UserContext user) => api.SaveAsync(city, weather, user);
}
