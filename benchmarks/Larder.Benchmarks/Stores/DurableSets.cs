using System.Diagnostics;
using Larder.Stores;

namespace Larder.Benchmarks.Stores;

/// <summary>What group commit is worth: durable sets of one task, and of many that share the flushes of the disk.</summary>
internal static class DurableSets
{
    private const int Tasks = 64;
    private const int Rounds = 7;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    /// <summary>Medians of rounds in turn, because a disk has its moods.</summary>
    public static async Task<string[]> MeasureAsync(StoreSubject subject)
    {
        await using ICacheStore store = subject.Connect();
        byte[] value = new byte[1000];
        List<double> alone = [];
        List<double> together = [];
        await RateAsync(store, value, 1);
        for (int round = 0; round < Rounds; round++)
        {
            alone.Add(await RateAsync(store, value, 1));
            together.Add(await RateAsync(store, value, Tasks));
        }

        return [subject.Name, Report.Number(Contestant.Median(alone), 0), Report.Number(Contestant.Median(together), 0), Report.Number(Contestant.Median(together) / Contestant.Median(alone), 1)];
    }

    private static async Task<double> RateAsync(ICacheStore store, byte[] value, int tasks)
    {
        long start = Stopwatch.GetTimestamp();
        int[] sets = await Task.WhenAll(Enumerable.Range(0, tasks).Select(task => Task.Run(async () =>
        {
            int done = 0;
            while (Stopwatch.GetElapsedTime(start) < Round)
                await store.SetAsync($"task:{task}:{done++ % 100}", value, TimeSpan.FromHours(1), default);
            return done;
        })));
        return sets.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
