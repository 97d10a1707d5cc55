using System.Diagnostics;

namespace Larder.Benchmarks.Stores;

/// <summary>How long calls took, one by one.</summary>
internal sealed class Samples
{
    private readonly List<double> _microseconds = [];

    public double Median => At(0.5);

    public double Tail => At(0.99);

    public async Task MeasureAsync(int calls, Func<int, ValueTask> call)
    {
        for (int i = 0; i < calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await call(i);
            _microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
    }

    private double At(double share)
    {
        double[] sorted = [.. _microseconds.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[(int)(share * (sorted.Length - 1))];
    }
}
