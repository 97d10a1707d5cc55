using System.Runtime.CompilerServices;
using Larder.Benchmarks.Subjects;

namespace Larder.Benchmarks;

/// <summary>What a hit costs: 1,000 resident keys, asked for in a shuffled order, strings by other instances than were stored.</summary>
internal static class HitBenchmark
{
    private const int Resident = 1_000;
    private const int PassesPerBatch = 20;
    private const int Rounds = 400;

    /// <param name="arguments">Beginnings of the headings to run; nothing for all, which are written to the result file.</param>
    public static void Run(string[] arguments)
    {
        var report = new Report("hit");
        int[] integers = Workloads.Integers(Resident);
        string[] strings = Workloads.Strings(integers);
        string[] asked = Workloads.Strings(integers);

        Section("int keys", () =>
        [
            Hit<DictionarySubject<int>, int>(integers, integers),
            Hit<LarderSubject<int>, int>(integers, integers),
            Hit<LarderLruSubject<int>, int>(integers, integers),
            Hit<MemoryFaceSubject<int>, int>(integers, integers),
            Hit<MicrosoftSubject<int>, int>(integers, integers),
#if PEERS
            Hit<Subjects.Peers.FastLruSubject<int>, int>(integers, integers),
            Hit<Subjects.Peers.TLruSubject<int>, int>(integers, integers),
            Hit<Subjects.Peers.LfuSubject<int>, int>(integers, integers),
#endif
        ]);

        Section("string keys", () =>
        [
            Hit<DictionarySubject<string>, string>(strings, asked),
            Hit<LarderSubject<string>, string>(strings, asked),
            Hit<LarderLruSubject<string>, string>(strings, asked),
            Hit<CacheTryGetSubject, string>(strings, asked),
            Hit<CacheGetOrSetSubject, string>(strings, asked),
            Hit<CacheGetOrSetAsyncSubject, string>(strings, asked),
            Hit<InterfaceGetOrSetAsyncSubject, string>(strings, asked),
            Hit<HybridFaceSubject, string>(strings, asked),
            Hit<MemoryFaceSubject<string>, string>(strings, asked),
            Hit<MicrosoftSubject<string>, string>(strings, asked),
#if PEERS
            Hit<Subjects.Peers.FastLruSubject<string>, string>(strings, asked),
            Hit<Subjects.Peers.TLruSubject<string>, string>(strings, asked),
            Hit<Subjects.Peers.LfuSubject<string>, string>(strings, asked),
            Hit<Subjects.Peers.FusionSubject, string>(strings, asked),
            Hit<Subjects.Peers.HybridSubject, string>(strings, asked),
#endif
        ]);

        Section("With and without somebody who takes metrics and traces, string keys", () =>
        [
            Hit<CacheGetOrSetSubject, string>(strings, asked),
            Hit<CacheGetOrSetSubject, string>(strings, asked, "Larder Cache.GetOrSet, listened to", static () => new Listeners()),
        ]);

        Section("A class that can change: a copy for each caller", () =>
        [
            Hit<CacheCopySubject, string>(strings, asked),
            Hit<HybridFaceCopySubject, string>(strings, asked),
#if PEERS
            Hit<Subjects.Peers.HybridCopySubject, string>(strings, asked),
#endif
        ]);

        Section("IDistributedCache, string keys, 32 bytes", () =>
        [
            Hit<DistributedFaceSubject, string>(strings, asked),
            Hit<BufferFaceSubject, string>(strings, asked),
            Hit<MicrosoftDistributedSubject, string>(strings, asked),
        ]);

        Section("Keys made of a number: $\"user:{id}\"", () =>
        [
            Hit<MadeStringSubject, int>(integers, integers),
            Hit<MadeStringDictionarySubject, int>(integers, integers),
            Hit<InterpolatedTryGetSubject, int>(integers, integers),
            Hit<InterpolatedGetOrSetSubject, int>(integers, integers),
            Hit<InterpolatedGetOrSetAsyncSubject, int>(integers, integers),
            Hit<MadeStringTryGetSubject, int>(integers, integers),
#if PEERS
            Hit<Subjects.Peers.InterpolatedFusionSubject, int>(integers, integers),
            Hit<Subjects.Peers.InterpolatedHybridSubject, int>(integers, integers),
#endif
        ]);
        if (arguments.Length == 0)
            report.Save();

        void Section(string heading, Func<Contestant[]> contestants)
        {
            if (arguments.Length == 0 || arguments.Any(a => heading.StartsWith(a, StringComparison.OrdinalIgnoreCase)))
            {
                report.Text($"## {heading}\n");
                Contest(report, contestants());
            }
        }
    }

    private static void Contest(Report report, Contestant[] contestants)
    {
        Measurement.Run(contestants, Rounds);
        double floor = contestants[0].Nanoseconds;
        report.Table(
            ["cache", "ns/op", "B/op", "ratio"],
            contestants.Select(c => new[] { c.Name, Report.Number(c.Nanoseconds, 2), Report.Number(c.Bytes), Report.Number(c.Nanoseconds / floor, 2) }));
    }

    // What is around a batch is set up and taken down in its time.
    private static Contestant Hit<TSubject, TKey>(TKey[] stored, TKey[] asked, string? name = null, Func<IDisposable>? around = null)
        where TSubject : struct, ISubject<TSubject, TKey>
        where TKey : notnull
    {
        TSubject subject = TSubject.Create(Resident * 2);
        object value = new();
        foreach (TKey key in stored)
            subject.Set(key, value);
        return new Contestant(name ?? TSubject.Name, () =>
        {
            using IDisposable? surroundings = around?.Invoke();
            int hits = 0;
            for (int pass = 0; pass < PassesPerBatch; pass++)
                hits += Pass(subject, asked);
            return hits == PassesPerBatch * Resident ? hits : throw new InvalidOperationException($"{TSubject.Name} missed resident keys.");
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Pass<TSubject, TKey>(TSubject subject, TKey[] keys)
        where TSubject : struct, ISubject<TSubject, TKey>
        where TKey : notnull
    {
        int hits = 0;
        foreach (TKey key in keys)
        {
            if (subject.TryGet(key, out object? _))
                hits++;
        }

        return hits;
    }
}
