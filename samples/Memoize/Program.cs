using System.Diagnostics;
using System.Globalization;
using Larder;
using Larder.Samples.Memoize;

// A class whose slow method is memoized, for two organizations, with invalidation.
// Option: --figures FILE to add a line "name|calls|hits|ms with the cache|ms without" to.
var api = new SlowWeatherApi(TimeSpan.FromMilliseconds(100));
await using Cache cache = Cache.Create();
var service = new WeatherService(cache, api);
var ada = new UserContext("ada", "acme");
var ben = new UserContext("ben", "acme");
var eve = new UserContext("eve", "umbrella");
var total = Stopwatch.StartNew();
int reads = 0;

await ReadAsync("ada of acme asks for London", "London", ada);
await ReadAsync("she asks again", "London", ada);
await ReadAsync("ben, of the same organization, with another trace", "London", ben, trace: "r-42");
await ReadAsync("eve of umbrella shares nothing with them", "London", eve);
await ReadAsync("another city", "Paris", ada);
await service.SaveAsync("London", new Weather("London", 31, "hot"), ben);
Say("ben corrects London: [Invalidates] forgets it for acme");
await ReadAsync("ada sees the correction", "London", ada);
await ReadAsync("eve's is still cached", "London", eve);
bool removed = await service.Memoized.GetAsync.RemoveAsync("Paris", ada);
Say($"Memoized.GetAsync.RemoveAsync(\"Paris\", ada): {(removed ? "removed" : "was not there")}");
await ReadAsync("Paris has to be fetched", "Paris", ada);
await service.Memoized.GetAsync.ClearAsync(ada);
Say("Memoized.GetAsync.ClearAsync(ada): everything of acme");
await ReadAsync("London has to be fetched", "London", ben);
await ReadAsync("eve's is still cached", "London", eve);
Say($"the key, within its collection and scope: {service.Memoized.GetAsync.KeyFor("London")}");
TimeSpan with = total.Elapsed;

Console.WriteLine();
Console.WriteLine($"{reads} reads, {api.Calls} calls of the service.");
int index = Array.IndexOf(args, "--figures");
if (index >= 0 && index + 1 < args.Length)
{
    TimeSpan without = TimeSpan.FromMilliseconds(100) * (reads + 1);
    File.AppendAllText(args[index + 1], string.Create(CultureInfo.InvariantCulture, $"Memoize|{reads}|{cache.Statistics.Hits}|{with.TotalMilliseconds:F0}|{without.TotalMilliseconds:F0}\n"));
}

async Task ReadAsync(string what, string city, UserContext user, string? trace = null)
{
    int before = api.Calls;
    reads++;
    var watch = Stopwatch.StartNew();
    Weather weather = await service.GetAsync(city, user, trace);
    string time = watch.Elapsed.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture);
    Console.WriteLine($"   {what,-56} {time,8} ms   {(api.Calls == before ? "hit " : "miss")}   {weather.City}, {weather.Degrees} degrees, {weather.Sky}");
}

static void Say(string what) => Console.WriteLine($"   {what}");
