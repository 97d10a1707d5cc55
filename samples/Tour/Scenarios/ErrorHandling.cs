namespace Larder.Samples.Tour.Scenarios;

internal static class ErrorHandling
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(Guide guide)
    {
        guide.Scenario("Errors: retry, fall back to what is stale, and tell when there is nothing");
        var retrying = new EntryOptions { Retry = new RetryOptions { Retries = 3, Delay = TimeSpan.FromMilliseconds(20) } };
        await ReadAsync(guide, "the source fails twice; up to 3 retries", "product:6", retrying, failures: 2);

        var graceful = new EntryOptions { Ttl = Short, Grace = TimeSpan.FromHours(1), GraceThrottle = Short };
        await ReadAsync(guide, "read product:7, fresh for 100 ms, grace 1 hour", "product:7", graceful, failures: 0);
        await guide.WaitAsync("wait until it is stale", Short + TimeSpan.FromMilliseconds(50));
        await ReadAsync(guide, "the source is down: the stale value serves", "product:7", graceful, failures: int.MaxValue);
        await guide.WaitAsync("wait until another try is due", Short + TimeSpan.FromMilliseconds(50));
        await ReadAsync(guide, "the source is back: a fresh value", "product:7", graceful, failures: 0);

        await guide.WaitAsync("wait until it is stale", Short + TimeSpan.FromMilliseconds(50));
        TimeSpan latency = guide.Source.Latency;
        guide.Source.Latency = TimeSpan.FromSeconds(2);
        await ReadAsync(guide, "the source takes 2 s; 50 ms is our patience", "product:7", graceful with { SoftTimeout = TimeSpan.FromMilliseconds(50) }, failures: 0);
        guide.Source.Latency = latency;

        await ReadAsync(guide, "the source is down and nothing is cached", "user:99", new EntryOptions(), failures: int.MaxValue);
        await ReadAsync(guide, "failures are not cached: it is back", "user:99", new EntryOptions(), failures: 0);
    }

    private static async Task ReadAsync(Guide guide, string what, string key, EntryOptions options, int failures)
    {
        guide.Source.FailNext(failures);
        int before = guide.Source.Reads;
        await guide.DoAsync(what, async () =>
        {
            string outcome;
            try
            {
                outcome = await guide.Cache.GetOrSetAsync(key, ct => guide.Source.GetAsync(key, ct), options: options) ?? "(no such thing)";
            }
            catch (IOException e)
            {
                outcome = $"{e.GetType().Name}: {e.Message}";
            }

            return $"the source was asked {Guide.Times(guide.Source.Reads - before)}: {outcome}";
        });
        guide.Source.FailNext(0);
    }
}
