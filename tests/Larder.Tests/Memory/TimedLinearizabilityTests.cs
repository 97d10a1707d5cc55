using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Larder.Tests.Memory;

/// <summary>As <see cref="LinearizabilityTests"/>, with entries that expire and time that passes as one of the operations.</summary>
public sealed class TimedLinearizabilityTests
{
    private const int Threads = 3;
    private const int Key = 7;

    private enum Kind
    {
        Get,
        Contains,
        Set,
        Add,
        Update,
        SetTimeToLive,
        Remove,
        RemoveIf,
        Reclaim,
        Pass,
    }

    [Theory]
    [InlineData(EvictionPolicy.Adaptive, false)]
    [InlineData(EvictionPolicy.Adaptive, true)]
    [InlineData(EvictionPolicy.Lru, false)]
    public void Every_history_of_a_key_that_expires_has_an_explanation(EvictionPolicy eviction, bool wide)
    {
        for (int seed = 0; seed < 400; seed++)
            AssertExplained(eviction, wide, seed, operationsEach: 4);
    }

    [Theory]
    [InlineData(EvictionPolicy.Adaptive, false)]
    [InlineData(EvictionPolicy.Adaptive, true)]
    [InlineData(EvictionPolicy.Lru, false)]
    [Trait("Category", "Long")]
    [Trait("Long", "engine")]
    public void Every_history_of_a_minute_of_them_has_an_explanation(EvictionPolicy eviction, bool wide)
    {
        int seed = Environment.TickCount & 0xFFFFFF;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(1); seed++)
            AssertExplained(eviction, wide, seed, operationsEach: 6);
    }

    [Fact]
    public void The_checker_knows_what_time_does()
    {
        Operation set = new(Kind.Set, 5, 2, true, 0, 0, 1, 2), pass = new(Kind.Pass, 2, 0, true, 0, 0, 3, 4);
        Assert.True(IsExplained([set, pass, new(Kind.Get, 0, 0, false, 0, 2, 5, 6)]));
        Assert.False(IsExplained([set, pass, new(Kind.Get, 0, 0, true, 5, 2, 5, 6)]));
        Assert.True(IsExplained([set, pass, new(Kind.Get, 0, 0, true, 5, 0, 2, 6)]));
        Assert.False(IsExplained([set, pass with { Value = 1 }, new(Kind.Get, 0, 0, false, 0, 1, 5, 6)]));
        Assert.False(IsExplained([set, pass, new(Kind.RemoveIf, 5, 0, true, 0, 2, 5, 6)]));
    }

    private static void AssertExplained(EvictionPolicy eviction, bool wide, int seed, int operationsEach)
    {
        var time = new Milliseconds();
        List<Operation> history = wide
            ? Record(new BoundedCache<int, (int, string, int)>(new() { MaxEntries = 50, Eviction = eviction, TimeProvider = time }), time, seed, operationsEach, static v => (v, $"{v}", v), static w => w.Item1 == w.Item3 && w.Item2 == $"{w.Item1}" ? w.Item1 : -1)
            : Record(new BoundedCache<int, int>(new() { MaxEntries = 50, Eviction = eviction, TimeProvider = time }), time, seed, operationsEach, static v => v, static v => v);
        Assert.True(IsExplained(history), $"Seed {seed}: no order explains{Environment.NewLine}{string.Join(Environment.NewLine, history)}");
    }

    private static List<Operation> Record<TValue>(BoundedCache<int, TValue> cache, Milliseconds time, int seed, int operationsEach, Func<int, TValue> make, Func<TValue, int> read)
    {
        var history = new ConcurrentQueue<Operation>();
        using var start = new Barrier(Threads);
        AtOnce.Run(Threads, thread =>
        {
            var random = new Random((seed * Threads) + thread);
            start.SignalAndWait();
            for (int i = 0; i < operationsEach; i++)
            {
                var kind = (Kind)random.Next(10);
                int value = random.Next(1, 4), other = random.Next(1, 4);
                // Neighbours come and go in the same table, so that slots are reused and chains change.
                cache.Set(random.Next(100, 120), make(0));
                cache.Remove(random.Next(100, 120));
                int now = time.Now;
                long from = Stopwatch.GetTimestamp();
                int returned = 0;
                bool done = true;
                switch (kind)
                {
                    case Kind.Get:
                        done = cache.TryGet(Key, out TValue? got);
                        returned = done ? read(got!) : 0;
                        break;
                    case Kind.Contains:
                        done = cache.Contains(Key);
                        break;
                    case Kind.Set:
                        cache.Set(Key, make(value), TimeSpan.FromMilliseconds(other));
                        break;
                    case Kind.Add:
                        done = cache.TryAdd(Key, make(value), TimeSpan.FromMilliseconds(other));
                        break;
                    case Kind.Update:
                        done = cache.TryUpdate(Key, make(value), make(other), TimeSpan.FromMilliseconds(other));
                        break;
                    case Kind.SetTimeToLive:
                        done = cache.SetTimeToLive(Key, TimeSpan.FromMilliseconds(other));
                        break;
                    case Kind.Remove:
                        done = cache.Remove(Key, out TValue? took);
                        returned = done ? read(took!) : 0;
                        break;
                    case Kind.RemoveIf:
                        done = cache.TryRemove(new(Key, make(value)));
                        break;
                    case Kind.Reclaim:
                        cache.ReclaimExpired();
                        break;
                    default:
                        time.Pass(value);
                        break;
                }

                history.Enqueue(new Operation(kind, value, other, done, returned, now, from, Stopwatch.GetTimestamp()));
            }
        });
        return [.. history];
    }

    private static bool IsExplained(List<Operation> history)
    {
        var refuted = new HashSet<(int Done, State State)>();
        return Search(0, new State(0, 0, 0));

        bool Search(int done, State state)
        {
            if (done == (1 << history.Count) - 1)
                return true;
            if (!refuted.Add((done, state)))
                return false;
            long firstEnd = Enumerable.Range(0, history.Count).Where(i => (done & (1 << i)) == 0).Min(i => history[i].To);
            for (int i = 0; i < history.Count; i++)
            {
                if ((done & (1 << i)) == 0 && history[i].From <= firstEnd && history[i].After(state).Any(next => Search(done | (1 << i), next)))
                    return true;
            }

            return false;
        }
    }

    /// <param name="Value">0 for none.</param>
    /// <param name="Expires">When it expires.</param>
    /// <param name="Now">The time.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct State(int Value, int Expires, int Now)
    {
        public int Fresh => Expires > Now ? Value : 0;
    }

    /// <param name="Kind">What.</param>
    /// <param name="Value">The value, or how much time passes.</param>
    /// <param name="Other">The time to live, and the value expected.</param>
    /// <param name="Done">Whether it said that it did or found something.</param>
    /// <param name="Returned">The value returned.</param>
    /// <param name="Began">The time when it began.</param>
    /// <param name="From">When it began.</param>
    /// <param name="To">When it had ended.</param>
    private sealed record Operation(Kind Kind, int Value, int Other, bool Done, int Returned, int Began, long From, long To)
    {
        // Every state that the operation can have left, if it happened at one moment in this one.
        public IEnumerable<State> After(State state)
        {
            bool possible = Kind switch
            {
                Kind.Get or Kind.Remove => Done ? state.Fresh == Returned && Returned != 0 : state.Fresh == 0,
                Kind.Contains or Kind.SetTimeToLive => Done == (state.Fresh != 0),
                Kind.Add => Done == (state.Fresh == 0),
                Kind.Update => Done == (state.Fresh == Other),
                Kind.RemoveIf => Done == (state.Fresh == Value),
                _ => true,
            };
            if (!possible)
                return [];
            if (!Done)
                return [state];
            return Kind switch
            {
                Kind.Set or Kind.Add or Kind.Update => Ends(state).Select(end => state with { Value = Value, Expires = end }),
                Kind.SetTimeToLive => Ends(state).Select(end => state with { Expires = end }),
                Kind.Remove or Kind.RemoveIf => [state with { Value = 0, Expires = 0 }],
                Kind.Pass => [state with { Now = state.Now + Value }],
                _ => [state],
            };
        }

        // A life is counted from some moment of the call.
        private IEnumerable<int> Ends(State state) => Enumerable.Range(Began, Math.Max(1, state.Now - Began + 1)).Select(from => from + Other);
    }

    private sealed class Milliseconds : TimeProvider
    {
        private int _now;

        public int Now => Volatile.Read(ref _now);

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Now;

        public void Pass(int by) => Interlocked.Add(ref _now, by);
    }
}
