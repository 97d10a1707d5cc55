using System.Globalization;
using Larder;
using Larder.Samples.Tour;
using Larder.Samples.Tour.Scenarios;

// The cache-aside pattern in six scenarios. Options: --latency MILLISECONDS of the source, --figures FILE to add a
// line "name|lookups|hits|milliseconds with the cache|without" to.
int latency = int.Parse(Argument("--latency") ?? "100", CultureInfo.InvariantCulture);
var source = new SlowStore(TimeSpan.FromMilliseconds(latency));
await using Cache cache = Cache.Create();
var guide = new Guide(cache, source);

Console.WriteLine($"The source answers in {latency} ms. What is read twice is read for free.");
Console.WriteLine();
await HitAndMiss.RunAsync(guide);
await InvalidationAfterUpdate.RunAsync(guide);
await ManyKeys.RunAsync(guide);
await TimeToLiveManagement.RunAsync(guide);
await PatternInvalidation.RunAsync(guide);
CacheStatistics statistics = cache.Statistics;
await ErrorHandling.RunAsync(guide);

TimeSpan without = await guide.ReadAgainWithoutCacheAsync();
Console.WriteLine();
Console.WriteLine($"Scenarios 1 to 5: {statistics.Lookups} look-ups, {statistics.Hits} hits ({statistics.HitRatio.ToString("P0", CultureInfo.InvariantCulture)}); "
    + $"reading took {guide.TimeReading.TotalMilliseconds:F0} ms, the same reads without the cache {without.TotalMilliseconds:F0} ms.");

if (Argument("--figures") is { } figures)
    File.AppendAllText(figures, string.Create(CultureInfo.InvariantCulture, $"Tour|{statistics.Lookups}|{statistics.Hits}|{guide.TimeReading.TotalMilliseconds:F0}|{without.TotalMilliseconds:F0}\n"));

string? Argument(string name)
{
    int index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
}
