using System.Diagnostics;
using Larder.Benchmarks.Subjects;

namespace Larder.Benchmarks;

/// <summary>How long single hits take while others write as fast as they can: each hit is timed, and the timer's own cost is told.</summary>
internal static class LatencyBenchmark
{
    private const int Capacity = 10_000;
    private const int Hot = 256;
    private const int HitsPerRound = 200_000;
    private const int Rounds = 7;
    private const int Writers = 4;

    public static void Run(string[] arguments)
    {
        var report = new Report("latency");
        report.Text($"One thread hits {Hot} resident int keys, each hit timed alone; {Writers} threads write without a pause: half of it the same keys, half new keys that evict. Nanoseconds with the timer's own cost, which is the first row; each the median of {Rounds} rounds.\n");
        IStorm[] storms =
        [
            new Storm<NothingSubject>(writers: 0),
            new Storm<LarderSubject<int>>(writers: 0),
            new Storm<LarderSubject<int>>(Writers),
            new Storm<LarderLruSubject<int>>(Writers),
            new Storm<MicrosoftSubject<int>>(Writers),
#if PEERS
            new Storm<Subjects.Peers.FastLruSubject<int>>(Writers),
            new Storm<Subjects.Peers.TLruSubject<int>>(Writers),
            new Storm<Subjects.Peers.LfuSubject<int>>(Writers),
#endif
        ];
        for (int round = -1; round < Rounds; round++)
        {
            Console.Error.Write($"\rround {round + 1} of {Rounds} ");
            foreach (IStorm storm in storms)
                storm.Round(record: round >= 0);
        }

        Console.Error.WriteLine();
        double timer = storms[0].Median;
        report.Table(
            ["cache", "writers", "median", "p99", "p99.9", "p99.9 / median", "the same less the timer"],
            storms.Select(s => new[]
            {
                s.Name, $"{s.Writers}", Report.Number(s.Median, 0), Report.Number(s.P99, 0), Report.Number(s.P999, 0), Report.Number(s.P999 / s.Median),
                s == storms[0] ? "-" : Report.Number((s.P999 - timer) / Math.Max(1, s.Median - timer)),
            }));
        report.Save();
    }

    private interface IStorm
    {
        string Name { get; }

        int Writers { get; }

        double Median { get; }

        double P99 { get; }

        double P999 { get; }

        void Round(bool record);
    }

    private sealed class Storm<TSubject>(int writers) : IStorm
        where TSubject : struct, ISubject<TSubject, int>
    {
        private readonly TSubject _subject = TSubject.Create(Capacity);
        private readonly object _value = new();
        private readonly long[] _ticks = new long[HitsPerRound];
        private readonly List<double> _medians = [], _p99s = [], _p999s = [];
        private int _next = Hot;

        public string Name => TSubject.Name;

        public int Writers => writers;

        public double Median => Contestant.Median(_medians);

        public double P99 => Contestant.Median(_p99s);

        public double P999 => Contestant.Median(_p999s);

        public void Round(bool record)
        {
            for (int key = 0; key < Hot; key++)
                _subject.Set(key, _value);
            bool running = true;
            Thread[] all = [.. Enumerable.Range(0, writers).Select(seed => new Thread(() =>
            {
                var random = new Random(seed);
                while (Volatile.Read(ref running))
                {
                    _subject.Set(random.Next(Hot), _value);
                    _subject.Set(Interlocked.Increment(ref _next), _value);
                }
            }))];
            Array.ForEach(all, t => t.Start());
            Hits();
            Volatile.Write(ref running, false);
            Array.ForEach(all, t => t.Join());
            if (!record)
                return;
            Array.Sort(_ticks);
            _medians.Add(Nanoseconds(0.5));
            _p99s.Add(Nanoseconds(0.99));
            _p999s.Add(Nanoseconds(0.999));
        }

        private void Hits()
        {
            int done = 0;
            for (int i = 0; done < HitsPerRound; i++)
            {
                int key = i % Hot;
                long start = Stopwatch.GetTimestamp();
                bool hit = _subject.TryGet(key, out object? _);
                long ticks = Stopwatch.GetTimestamp() - start;
                // A key that a policy has let go under the storm is no hit; the writers bring it back.
                if (hit)
                    _ticks[done++] = ticks;
            }
        }

        private double Nanoseconds(double share) => _ticks[(int)(share * (HitsPerRound - 1))] * 1e9 / Stopwatch.Frequency;
    }

    /// <summary>The timer alone.</summary>
    private readonly struct NothingSubject : ISubject<NothingSubject, int>
    {
        public static string Name => "the timer alone";

        public static bool IsBounded => true;

        public static NothingSubject Create(int capacity) => default;

        public bool TryGet(int key, out object? value)
        {
            value = null;
            return true;
        }

        public void Set(int key, object value)
        {
            // It keeps nothing.
        }
    }
}
