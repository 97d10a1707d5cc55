using System.Diagnostics;
using System.Globalization;
using Larder;
using Larder.Samples.ExpensiveApi;

// An expensive HTTP service behind a cache that is kept in a file. Run it twice: the first process pays for every
// call, the second for none. Options: --cache FILE (default: forecasts.larder in the temporary directory),
// --latency MILLISECONDS of the service, --figures FILE to add a line "name|calls|hits|ms with the cache|ms without" to.
string file = Path.GetFullPath(Argument("--cache") ?? Path.Combine(Path.GetTempPath(), "forecasts.larder"));
int latency = int.Parse(Argument("--latency") ?? "300", CultureInfo.InvariantCulture);
ForecastRequest[] requests =
[
    new("London"),
    new("London", Units: "imperial"),
    new("London", Days: 7),
    new("Zürich", Language: "de"),
    new("São Paulo", "metric", 5, "de"),
    new("Xi'an"),
];

await using ForecastService service = await ForecastService.StartAsync(TimeSpan.FromMilliseconds(latency));
using var http = new HttpClient { BaseAddress = service.Address };
await http.GetAsync(new Uri("/ready", UriKind.Relative)); // Connected, compiled and warm: what is timed below is the service.
var client = new ForecastClient(http);
bool first = !File.Exists(file);
await using Cache cache = Cache.Create(options => options.PersistTo(file));
var forecasts = new CachedForecasts(cache, client);

Console.WriteLine($"The service at {service.Address} takes {latency} ms a call. {(first ? "There is no cache file yet." : "A cache file is there from before.")}");
Console.WriteLine();
var total = Stopwatch.StartNew();
foreach (ForecastRequest request in requests)
{
    int before = service.Calls;
    var watch = Stopwatch.StartNew();
    Forecast forecast = await forecasts.GetAsync(request.City, request.Units, request.Days, request.Language);
    Console.WriteLine($"   {request,-44} {Milliseconds(watch.Elapsed),9} ms   {(service.Calls == before ? "cache" : "paid ")}   {string.Join("  ", forecast.Temperatures.Select(Degrees))}");
}

TimeSpan with = total.Elapsed;
int paid = service.Calls;
Console.WriteLine();
Console.WriteLine(
    $"{requests.Length} requests in {Milliseconds(with)} ms; this process paid for {(paid == 0 ? "none" : paid == requests.Length ? "every one" : paid.ToString(CultureInfo.InvariantCulture))} of them.");

if (Argument("--figures") is { } figures)
{
    var watch = Stopwatch.StartNew();
    foreach (ForecastRequest request in requests)
        await client.GetAsync(request.City, request.Units, request.Days, request.Language);
    TimeSpan without = watch.Elapsed;
    Console.WriteLine($"For comparison, the same requests without the cache: {Milliseconds(without)} ms.");
    string name = first ? "ExpensiveApi, first process" : "ExpensiveApi, second process";
    File.AppendAllText(figures, string.Create(CultureInfo.InvariantCulture, $"{name}|{cache.Statistics.Lookups}|{cache.Statistics.Hits}|{with.TotalMilliseconds:F0}|{without.TotalMilliseconds:F0}\n"));
}

static string Milliseconds(TimeSpan span) => span.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture);

static string Degrees(double temperature) => temperature.ToString("F1", CultureInfo.InvariantCulture);

string? Argument(string name)
{
    int index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
}
