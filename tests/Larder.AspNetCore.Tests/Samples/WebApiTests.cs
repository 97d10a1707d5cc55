using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Larder.AspNetCore.Tests.Samples;

/// <summary>Starts <c>samples/WebApi</c>, and calls it as a client does.</summary>
public sealed class WebApiTests(WebApiProcess api) : IClassFixture<WebApiProcess>
{
    [Fact]
    public async Task A_forecast_is_asked_of_the_upstream_once_for_each_organization()
    {
        string ada = await GetAsync("/forecast/oslo", "user=ada;organization=acme");
        string ben = await GetAsync("/forecast/oslo", "user=ben;organization=acme");
        string eve = await GetAsync("/forecast/oslo", "user=eve;organization=umbrella");

        Assert.Equal("acme", JsonDocument.Parse(ada).RootElement.GetProperty("organization").GetString());
        Assert.Equal(ada, ben);
        Assert.NotEqual(ada, eve);
        Assert.Contains("umbrella", eve);
    }

    [Fact]
    public async Task A_report_is_cached_as_a_response_for_its_organization()
    {
        string ada = await GetAsync("/report/lima", "user=ada;organization=acme");
        string ben = await GetAsync("/report/lima", "user=ben;organization=acme");
        string eve = await GetAsync("/report/lima", "user=eve;organization=umbrella");

        Assert.Equal(ada, ben);
        Assert.NotEqual(ada, eve);
    }

    [Fact]
    public async Task Cities_are_cached_for_everybody_until_they_are_refreshed()
    {
        await GetAsync("/cities");
        int before = await CallsAsync("/cities");
        int cached = await CallsAsync("/cities");
        using HttpResponseMessage refreshed = await api.Client.PostAsync(new Uri("/cities/refresh", UriKind.Relative), null, TestContext.Current.CancellationToken);
        int after = await CallsAsync("/cities");

        Assert.Equal(HttpStatusCode.NoContent, refreshed.StatusCode);
        Assert.Equal((0, 0, 1), (before, cached, after));
    }

    [Fact]
    public async Task Nobody_without_a_name_gets_a_forecast()
    {
        using HttpResponseMessage response = await api.Client.GetAsync(new Uri("/forecast/oslo", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Health_tells_of_the_cache_and_its_store()
    {
        JsonElement health = JsonDocument.Parse(await GetAsync("/health")).RootElement;

        Assert.Equal("Healthy", health.GetProperty("status").GetString());
        Assert.True(health.GetProperty("checks").GetProperty("larder:default").GetProperty("data").TryGetProperty("entries", out _));
        Assert.Equal("default has no store.", health.GetProperty("checks").GetProperty("larder:default:store").GetProperty("description").GetString());
    }

    [Fact]
    public async Task What_the_cache_does_in_a_request_is_one_trace_on_the_console()
    {
        await GetAsync("/forecast/traced", "user=ada;organization=traces");

        string? factory = null;
        for (long until = Environment.TickCount64 + 30_000; factory is null && Environment.TickCount64 < until; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            string[] spans = [.. api.Output().Where(line => line.StartsWith("span ", StringComparison.Ordinal))];
            foreach (string request in spans.Where(line => line.Contains("HttpRequestIn")))
            {
                string trace = request.Split(' ')[1];
                if (spans.Any(line => line.StartsWith($"span {trace} larder.get_or_set", StringComparison.Ordinal) && line.Contains("cache.outcome=miss")))
                    factory = spans.FirstOrDefault(line => line.StartsWith($"span {trace} larder.factory", StringComparison.Ordinal));
            }
        }

        Assert.NotNull(factory);
        Assert.Contains("cache.outcome=ok", factory);
    }

    // How often the upstream was asked for the sake of one call; the tests of a class run one after another.
    private async Task<int> CallsAsync(string path)
    {
        int before = await UpstreamAsync();
        await GetAsync(path);
        return await UpstreamAsync() - before;
    }

    private async Task<int> UpstreamAsync() =>
        (await api.Client.GetFromJsonAsync<JsonElement>(new Uri("/upstream", UriKind.Relative), TestContext.Current.CancellationToken)).GetProperty("calls").GetInt32();

    private async Task<string> GetAsync(string path, string? claims = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (claims is not null)
            request.Headers.Add("Authorization", $"Demo {claims}");
        using HttpResponseMessage response = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
