using System.Diagnostics;
using System.Globalization;

namespace Larder.Samples.Tour;

/// <summary>Does what the scenarios ask for, measures it, and says what happened.</summary>
internal sealed class Guide(Cache cache, SlowStore source)
{
    private readonly List<string[]> _reads = []; // What was read together, to be read again without the cache.
    private int _scenarios;

    public Cache Cache => cache;

    public SlowStore Source => source;

    /// <summary>The time spent in reads through the cache.</summary>
    public TimeSpan TimeReading { get; private set; }

    public void Scenario(string title)
    {
        Console.WriteLine($"{(_scenarios == 0 ? "" : Environment.NewLine)}{++_scenarios}. {title}");
    }

    /// <summary>Reads through the cache, as an application would: one call, whether the value is there or not.</summary>
    public async Task ReadAsync(string what, string key, TimeSpan? ttl = null)
    {
        int before = source.Reads;
        var watch = Stopwatch.StartNew();
        string? value = await cache.GetOrSetAsync(key, ct => source.GetAsync(key, ct), ttl);
        Count(watch.Elapsed, key);
        Say(what, watch.Elapsed, $"{Origin(before)}: {value ?? "(no such thing)"}");
    }

    /// <summary>Reads one key again and again, one read after the other.</summary>
    public async Task ReadAgainAsync(string what, string key, int times)
    {
        int before = source.Reads;
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < times; i++)
            await cache.GetOrSetAsync(key, ct => source.GetAsync(key, ct));
        TimeReading += watch.Elapsed;
        _reads.AddRange(Enumerable.Repeat<string[]>([key], times));
        Say(what, watch.Elapsed, $"all of them together; the source was asked {Times(source.Reads - before)}");
    }

    /// <summary>Reads many keys in one call; the source is asked for the missing ones only.</summary>
    public async Task ReadManyAsync(string what, params string[] keys)
    {
        int before = source.Reads;
        var watch = Stopwatch.StartNew();
        IReadOnlyDictionary<string, string?> values = await cache.GetOrSetManyAsync<string?>(keys, async (missing, ct) =>
        {
            string?[] loaded = await Task.WhenAll(missing.Select(key => source.GetAsync(key, ct)));
            return missing.Zip(loaded).ToDictionary(pair => pair.First, pair => pair.Second);
        });
        Count(watch.Elapsed, keys);
        int asked = source.Reads - before;
        Say(what, watch.Elapsed, $"{values.Count - asked} from the cache, {asked} from the source");
    }

    /// <summary>Many callers want the same key at the same moment.</summary>
    public async Task ReadTogetherAsync(string what, string key, int callers)
    {
        int before = source.Reads;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => cache.GetOrSetAsync(key, ct => source.GetAsync(key, ct)).AsTask()));
        Count(watch.Elapsed, [.. Enumerable.Repeat(key, callers)]);
        Say(what, watch.Elapsed, $"the source was asked {Times(source.Reads - before)}");
    }

    /// <summary>Does something that is not a read.</summary>
    public async Task DoAsync(string what, Func<Task<string>> action)
    {
        var watch = Stopwatch.StartNew();
        string outcome = await action();
        Say(what, watch.Elapsed, outcome);
    }

    public async Task WaitAsync(string what, TimeSpan span)
    {
        await Task.Delay(span);
        Say(what, span, "");
    }

    /// <summary>The same reads, each straight from the source.</summary>
    public async Task<TimeSpan> ReadAgainWithoutCacheAsync()
    {
        var watch = Stopwatch.StartNew();
        foreach (string[] together in _reads)
            await Task.WhenAll(together.Select(key => source.GetAsync(key, CancellationToken.None)));
        return watch.Elapsed;
    }

    public static string Times(int count) => count switch { 0 => "never", 1 => "once", _ => $"{count} times" };

    private static void Say(string what, TimeSpan took, string outcome) =>
        Console.WriteLine($"   {what,-48} {took.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture),9} ms   {outcome}".TrimEnd());

    private string Origin(int readsBefore) => source.Reads == readsBefore ? "hit, from the cache" : "miss, from the source";

    private void Count(TimeSpan took, params string[] keys)
    {
        TimeReading += took;
        _reads.Add(keys);
    }
}
