namespace Larder.Memoize.Tests.Subjects;

/// <summary>The class of the documentation.</summary>
public sealed partial class WeatherService(ICache cache) : IDisposable
{
    public int Fetches { get; private set; }

    public List<string> Seen { get; } = [];

    public bool SaveFails { get; set; }

    public Action? WhileFetching { get; set; }

    /// <summary>The weather of a city.</summary>
    /// <param name="city">The city, as the source
    /// spells it.</param>
    /// <param name="user">On whose behalf.</param>
    /// <param name="trace">What the request is called in logs.</param>
    /// <param name="ct">Cancels the call.</param>
    [Memoize(nameof(FetchAsync), TtlSeconds = 3600, Scope = CacheScope.Organization, Collection = "weather", IgnoreArguments = ["trace"])]
    public partial Task<Weather> GetAsync(string city, UserContext user, string? trace = null, CancellationToken ct = default);

    private async Task<Weather> FetchAsync(string city, UserContext user, string? trace, CancellationToken ct)
    {
        Fetches++;
        Seen.Add($"{city} {user.OrganizationId} {trace}");
        WhileFetching?.Invoke();
        await Task.Yield();
        ct.ThrowIfCancellationRequested();
        return new Weather(city, Fetches);
    }

    [Invalidates(nameof(GetAsync))]
    public partial Task SaveAsync(string city, Weather weather, UserContext user);

    private async Task SaveCoreAsync(string city, Weather weather, UserContext user)
    {
        await Task.Yield();
        Seen.Add($"saved {city} {weather.Degrees} {user.OrganizationId}");
        if (SaveFails)
            throw new IOException("The disk is full.");
    }

    [Invalidates(nameof(GetAsync), All = true)]
    public partial void Reset(UserContext user);

    private void ResetCore(UserContext user) => Seen.Add($"reset {user.OrganizationId}");

    public void Dispose() => (cache as IDisposable)?.Dispose();
}
