using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Benchmarks;

/// <summary>
/// What a hit through a generated method costs: 1,000 resident results, asked for in a shuffled order, beside
/// <c>GetOrSet</c> with an interpolated key of the same arguments, a dictionary by hand and Microsoft's cache with a key made by hand.
/// </summary>
internal static class MemoizeBenchmark
{
    private const int Resident = 1_000;
    private const int PassesPerBatch = 5;
    private const int Rounds = 300;

    public static void Run(string[] arguments)
    {
        var report = new Report("memoize");
        Arguments[] calls = [.. Workloads.Integers(Resident).Select(i => new Arguments($"name {i}", i, new Guid(i, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)))];

        // As many results as there will be, so that nothing is evicted.
        using Cache cache = Cache.Create(o => o.MaxEntries = Resident * 10);
        var lookups = new MemoizedLookups(cache);

        report.Text("## One int\n");
        Contest(report,
            Of("generated method", calls, (in c) => lookups.ByNumber(c.Number)),
            Of("cache.GetOrSet", calls, (in c) => cache.GetOrSet($"number:{c.Number}", c.Number, static (_, _) => new object())),
            Of("dictionary by hand", calls, ByHand<int>((in c) => c.Number)),
            Of("MemoryCache", calls, InMemoryCache((in c) => $"number:{c.Number}")));

        report.Text("## One string\n");
        Contest(report,
            Of("generated method", calls, (in c) => lookups.ByName(c.Name)),
            Of("cache.GetOrSet", calls, (in c) => cache.GetOrSet($"name:{c.Name}", c.Name, static (_, _) => new object())),
            Of("dictionary by hand", calls, ByHand<string>((in c) => c.Name)),
            Of("MemoryCache", calls, InMemoryCache((in c) => $"name:{c.Name}")));

        report.Text("## String, int and Guid\n");
        Contest(report,
            Of("generated method", calls, (in c) => lookups.ByThree(c.Name, c.Number, c.Id)),
            Of("cache.GetOrSet", calls, (in c) => cache.GetOrSet($"three:{c.Name}:{c.Number}:{c.Id}", (c.Name, c.Number, c.Id), static (_, _) => new object())),
            Of("generated ValueTask method", calls, (in c) => lookups.ByThreeAsync(c.Name, c.Number, c.Id).Result),
            Of("cache.GetOrSetAsync", calls, (in c) => cache.GetOrSetAsync($"three:{c.Name}:{c.Number}:{c.Id}", (c.Name, c.Number, c.Id), static (_, _) => new ValueTask<object>(new object())).Result),
            Of("dictionary by hand", calls, ByHand<(string, int, Guid)>((in c) => (c.Name, c.Number, c.Id))),
            Of("MemoryCache", calls, InMemoryCache((in c) => $"three:{c.Name}:{c.Number}:{c.Id}")));
        report.Save();
    }

    // The second contestant is what the others are compared with.
    private static void Contest(Report report, params Contestant[] contestants)
    {
        Measurement.Run(contestants, Rounds);
        double baseline = contestants[1].Nanoseconds;
        report.Table(
            ["way", "ns/op", "B/op", "to GetOrSet"],
            contestants.Select(c => new[] { c.Name, Report.Number(c.Nanoseconds, 1), Report.Number(c.Bytes), Report.Number(c.Nanoseconds / baseline, 2) }));
    }

    private static Contestant Of(string name, Arguments[] calls, Call<object> call) => new(name, () => Run(calls, call));

    // Compiled once for all: otherwise the runtime inlines the call that it happens to see most often, and one contestant's alone.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Run(Arguments[] calls, Call<object> call)
    {
        for (int pass = 0; pass < PassesPerBatch; pass++)
        {
            foreach (ref readonly Arguments arguments in calls.AsSpan())
                call(in arguments);
        }

        return PassesPerBatch * calls.Length;
    }

    private static Call<object> ByHand<TKey>(Call<TKey> key)
        where TKey : notnull
    {
        var dictionary = new ConcurrentDictionary<TKey, object>();
        return (in call) => dictionary.GetOrAdd(key(in call), static _ => new object());
    }

    private static Call<object> InMemoryCache(Call<string> key)
    {
        var memory = new MemoryCache(new MemoryCacheOptions());
        return (in call) => memory.GetOrCreate(key(in call), static _ => new object())!;
    }

    private readonly record struct Arguments(string Name, int Number, Guid Id);

    private delegate T Call<out T>(in Arguments arguments);
}
