namespace Larder.Benchmarks;

/// <summary>The keys that the benchmarks ask for.</summary>
internal static class Workloads
{
    /// <summary>0 to <paramref name="count"/> - 1, shuffled.</summary>
    public static int[] Integers(int count)
    {
        int[] keys = [.. Enumerable.Range(0, count)];
        new Random(42).Shuffle(keys);
        return keys;
    }

    /// <summary>Keys as applications have them; every call makes other instances, as a caller's are.</summary>
    public static string[] Strings(int[] numbers) => [.. numbers.Select(n => $"user:{n}")];

    /// <summary>Zipf-distributed numbers by inverting the cumulative distribution, scattered over the integers.</summary>
    public static int[] Zipf(int distinct, double exponent, int count, int seed)
    {
        double[] cumulative = new double[distinct];
        double sum = 0;
        for (int i = 0; i < distinct; i++)
            cumulative[i] = sum += 1 / Math.Pow(i + 1, exponent);
        var random = new Random(seed);
        int[] keys = new int[count];
        for (int i = 0; i < count; i++)
        {
            int found = Array.BinarySearch(cumulative, random.NextDouble() * sum);
            keys[i] = Math.Min(distinct - 1, found < 0 ? ~found : found);
        }

        return keys;
    }
}
