namespace Larder.Samples.WebApi;

/// <summary>The upstream: right, and slow.</summary>
internal sealed class SlowWeatherService
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(300);
    private static readonly string[] Cities = ["lima", "oslo", "paris"];
    private int _calls;

    /// <summary>How often it was asked for anything.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public async Task<string[]> CitiesAsync(CancellationToken cancellationToken)
    {
        await AskAsync(cancellationToken);
        return Cities;
    }

    public async ValueTask<Forecast> ForecastAsync(string city, string? organization, CancellationToken cancellationToken)
    {
        int call = await AskAsync(cancellationToken);
        return new Forecast(city, organization, 10 + (city.Length * 2), $"upstream call {call}");
    }

    private async Task<int> AskAsync(CancellationToken cancellationToken)
    {
        int call = Interlocked.Increment(ref _calls);
        await Task.Delay(Slow, cancellationToken);
        return call;
    }
}
