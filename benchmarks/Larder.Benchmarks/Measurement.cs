using System.Diagnostics;

namespace Larder.Benchmarks;

/// <summary>A row of a table: one subject's batches, measured in turn with everybody else's.</summary>
internal sealed class Contestant(string name, Func<int> batch)
{
    private readonly List<double> _nanoseconds = [];
    private readonly List<double> _bytes = [];

    public string Name => name;

    public double Nanoseconds => Median(_nanoseconds);

    public double Bytes => Median(_bytes);

    /// <summary>Runs one batch on this thread; the batch returns how many operations it did.</summary>
    public void Run(bool record)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        int operations = batch();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        if (!record)
            return;
        _nanoseconds.Add(elapsed.TotalNanoseconds / operations);
        _bytes.Add((double)bytes / operations);
    }

    public static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>
/// Measures contestants in short batches in turn, many rounds, and takes medians: what disturbs the machine for a
/// while disturbs everybody alike, and ratios hold where absolute times do not.
/// </summary>
internal static class Measurement
{
    public static void Run(IReadOnlyList<Contestant> contestants, int rounds, int warmups = 60)
    {
        // Enough calls for tiered compilation, with a pause in which its background thread gets to work.
        for (int round = 0; round < warmups; round++)
        {
            foreach (Contestant contestant in contestants)
                contestant.Run(record: false);
            if (round % 20 == 19)
                Thread.Sleep(150);
        }

        // Another order each round, so that nobody always follows the same neighbour, who leaves the processor's caches as he used them.
        var random = new Random(rounds);
        Contestant[] order = [.. contestants];
        for (int round = 0; round < rounds; round++)
        {
            random.Shuffle(order);
            foreach (Contestant contestant in order)
                contestant.Run(record: true);
        }
    }
}
