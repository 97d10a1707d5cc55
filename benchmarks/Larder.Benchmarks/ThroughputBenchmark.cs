using System.Diagnostics;
using System.Runtime.CompilerServices;
using Larder.Benchmarks.Subjects;

namespace Larder.Benchmarks;

/// <summary>Operations a second by one and by two threads: reads only, and a mix of reads and writes that evicts.</summary>
internal static class ThroughputBenchmark
{
    private const int Resident = 10_000;
    private const int ZipfDistinct = 100_000;
    private const int ZipfCapacity = 10_000;
    private const int Operations = 1 << 20;
    private const int Rounds = 15;

    public static void Run(string[] arguments)
    {
        var report = new Report("throughput");
        report.Text($"Millions of operations a second. Reads: {Resident:N0} resident int keys. Mixed: Zipf 0.99 over {ZipfDistinct:N0} keys, capacity {ZipfCapacity:N0}; nine in ten look up and write on a miss, one writes.\n");
        IRace[] races =
        [
            new Race<DictionarySubject<int>>(),
            new Race<LarderSubject<int>>(),
            new Race<LarderLruSubject<int>>(),
            new Race<MicrosoftSubject<int>>(),
#if PEERS
            new Race<Subjects.Peers.FastLruSubject<int>>(),
            new Race<Subjects.Peers.TLruSubject<int>>(),
            new Race<Subjects.Peers.LfuSubject<int>>(),
#endif
        ];
        for (int round = -3; round < Rounds; round++)
        {
            Console.Error.Write($"\rround {round + 1} of {Rounds} ");
            foreach (IRace race in races)
                race.Round(record: round >= 0);
        }

        Console.Error.WriteLine();
        double floor = races[0].ReadTwo;
        report.Table(
            ["cache", "reads, 1 thread", "reads, 2 threads", "of the dictionary", "mixed, 1 thread", "mixed, 2 threads", "hit ratio %"],
            races.Select(r => new[] { r.Name, Report.Number(r.ReadOne), Report.Number(r.ReadTwo), Report.Number(r.ReadTwo / floor, 2), Report.Number(r.MixedOne), Report.Number(r.MixedTwo), Report.Number(r.HitRatio * 100, 2) }));
        report.Save();
    }

    private interface IRace
    {
        string Name { get; }

        double ReadOne { get; }

        double ReadTwo { get; }

        double MixedOne { get; }

        double MixedTwo { get; }

        double HitRatio { get; }

        void Round(bool record);
    }

    private sealed class Race<TSubject> : IRace
        where TSubject : struct, ISubject<TSubject, int>
    {
        private static readonly int[][] Reads = [Workloads.Integers(Resident), [.. Workloads.Integers(Resident).Reverse()]];
        private static readonly int[][] Zipf = [Workloads.Zipf(ZipfDistinct, 0.99, Operations, 1), Workloads.Zipf(ZipfDistinct, 0.99, Operations, 2)];

        private readonly TSubject _resident = TSubject.Create(Resident * 2);
        private readonly TSubject _evicting = TSubject.Create(ZipfCapacity);
        private readonly object _value = new();
        private readonly List<double> _readOne = [], _readTwo = [], _mixedOne = [], _mixedTwo = [];
        private long _hits, _lookups;

        public Race()
        {
            foreach (int key in Reads[0])
                _resident.Set(key, _value);
        }

        public string Name => TSubject.Name;

        public double ReadOne => Contestant.Median(_readOne);

        public double ReadTwo => Contestant.Median(_readTwo);

        public double MixedOne => Contestant.Median(_mixedOne);

        public double MixedTwo => Contestant.Median(_mixedTwo);

        public double HitRatio => _lookups == 0 ? double.NaN : (double)_hits / _lookups;

        public void Round(bool record)
        {
            Add(_readOne, Time(1, Read));
            Add(_readTwo, Time(2, Read));
            if (!TSubject.IsBounded)
                return;
            Add(_mixedOne, Time(1, Mixed));
            Add(_mixedTwo, Time(2, Mixed));

            void Add(List<double> times, double millions)
            {
                if (record)
                    times.Add(millions);
                else
                    _hits = _lookups = 0;
            }
        }

        private static double Time(int threads, Action<int> body)
        {
            using var start = new Barrier(threads);
            long[] from = new long[threads], to = new long[threads];
            Thread[] all = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
            {
                start.SignalAndWait();
                from[thread] = Stopwatch.GetTimestamp();
                body(thread);
                to[thread] = Stopwatch.GetTimestamp();
            }))];
            Array.ForEach(all, t => t.Start());
            Array.ForEach(all, t => t.Join());
            return (double)threads * Operations / Stopwatch.GetElapsedTime(from.Min(), to.Max()).TotalMicroseconds;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Read(int thread)
        {
            TSubject subject = _resident;
            int[] keys = Reads[thread];
            int done = 0, hits = 0;
            while (done < Operations)
            {
                int end = Math.Min(keys.Length, Operations - done);
                for (int i = 0; i < end; i++)
                {
                    if (subject.TryGet(keys[i], out object? _))
                        hits++;
                }

                done += end;
            }

            if (hits != Operations)
                throw new InvalidOperationException($"{TSubject.Name} missed resident keys.");
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Mixed(int thread)
        {
            TSubject subject = _evicting;
            int[] keys = Zipf[thread];
            int hits = 0, lookups = 0;
            for (int i = 0; i < keys.Length; i++)
            {
                int key = keys[i];
                if (i % 10 == 9)
                {
                    subject.Set(key, _value);
                    continue;
                }

                lookups++;
                if (subject.TryGet(key, out object? _))
                    hits++;
                else
                    subject.Set(key, _value);
            }

            Interlocked.Add(ref _hits, hits);
            Interlocked.Add(ref _lookups, lookups);
        }
    }
}
