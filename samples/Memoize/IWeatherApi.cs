namespace Larder.Samples.Memoize;

/// <summary>Somebody else's service, paid for by the call.</summary>
internal interface IWeatherApi
{
    Task<Weather> GetAsync(string city, UserContext user, CancellationToken cancellationToken);

    Task SaveAsync(string city, Weather weather, UserContext user);
}
