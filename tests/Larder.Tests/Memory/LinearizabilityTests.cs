using System.Collections.Concurrent;
using System.Diagnostics;

namespace Larder.Tests.Memory;

/// <summary>Records short concurrent histories on one key and searches an order of the operations that explains what each returned.</summary>
public sealed class LinearizabilityTests
{
    private const int Threads = 3;
    private const string Key = "key";

    private enum Kind
    {
        Get,
        Set,
        Add,
        Update,
        Remove,
        RemoveIf,
        Clear,
    }

    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public void Every_history_of_a_key_has_an_explanation(EvictionPolicy eviction)
    {
        for (int seed = 0; seed < 500; seed++)
            AssertExplained(eviction, seed, operationsEach: 4);
    }

    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    [Trait("Category", "Long")]
    [Trait("Long", "engine")]
    public void Every_history_of_minutes_of_them_has_an_explanation(EvictionPolicy eviction)
    {
        int seed = Environment.TickCount & 0xFFFFFF;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(2); seed++)
            AssertExplained(eviction, seed, operationsEach: 7);
    }

    [Fact]
    public void The_checker_finds_a_history_that_has_none()
    {
        Assert.True(IsExplained([new(Kind.Set, 5, 0, true, 0, 1, 2), new(Kind.Get, 0, 0, true, 5, 3, 4)]));
        Assert.False(IsExplained([new(Kind.Set, 5, 0, true, 0, 1, 2), new(Kind.Get, 0, 0, false, 0, 3, 4)]));
        Assert.True(IsExplained([new(Kind.Set, 5, 0, true, 0, 1, 4), new(Kind.Get, 0, 0, false, 0, 2, 3)]));
        Assert.False(IsExplained([new(Kind.Set, 5, 0, true, 0, 1, 6), new(Kind.Get, 0, 0, true, 5, 2, 3), new(Kind.Get, 0, 0, false, 0, 4, 5)]));
    }

    private static void AssertExplained(EvictionPolicy eviction, int seed, int operationsEach)
    {
        List<Operation> history = Record(new BoundedCache<string, int>(new() { MaxEntries = 500, Eviction = eviction }), seed, operationsEach);
        Assert.True(IsExplained(history), $"Seed {seed}: no order explains{Environment.NewLine}{string.Join(Environment.NewLine, history)}");
    }

    private static List<Operation> Record(BoundedCache<string, int> cache, int seed, int operationsEach)
    {
        var history = new ConcurrentQueue<Operation>();
        using var start = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            var random = new Random((seed * Threads) + thread);
            start.SignalAndWait();
            for (int i = 0; i < operationsEach; i++)
            {
                var kind = (Kind)random.Next(random.Next(4) == 0 ? 7 : 4);
                int value = random.Next(1, 4), expected = random.Next(1, 4);
                // Neighbours come and go in the same table, so that slots are reused and chains change.
                cache.Set($"other {random.Next(20)}", 0);
                cache.Remove($"other {random.Next(20)}");
                history.Enqueue(Run(cache, kind, value, expected));
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return [.. history];
    }

    private static Operation Run(BoundedCache<string, int> cache, Kind kind, int value, int expected)
    {
        long from = Stopwatch.GetTimestamp();
        int returned = 0;
        bool done = true;
        switch (kind)
        {
            case Kind.Get:
                done = cache.TryGet(Key, out returned);
                break;
            case Kind.Set:
                cache.Set(Key, value);
                break;
            case Kind.Add:
                done = cache.TryAdd(Key, value);
                break;
            case Kind.Update:
                done = cache.TryUpdate(Key, value, expected);
                break;
            case Kind.Remove:
                done = cache.Remove(Key, out returned);
                break;
            case Kind.RemoveIf:
                done = cache.TryRemove(new(Key, expected));
                break;
            default:
                cache.Clear();
                break;
        }

        return new Operation(kind, value, expected, done, returned, from, Stopwatch.GetTimestamp());
    }

    // Wing and Gong's search: an operation may come next if no other that is still open ended before it began.
    private static bool IsExplained(List<Operation> history)
    {
        var refuted = new HashSet<(int Done, int? State)>();
        return Search(0, null);

        bool Search(int done, int? state)
        {
            if (done == (1 << history.Count) - 1)
                return true;
            if (!refuted.Add((done, state)))
                return false;
            long firstEnd = Enumerable.Range(0, history.Count).Where(i => (done & (1 << i)) == 0).Min(i => history[i].To);
            for (int i = 0; i < history.Count; i++)
            {
                if ((done & (1 << i)) != 0 || history[i].From > firstEnd)
                    continue;
                if (history[i].Explains(state, out int? next) && Search(done | (1 << i), next))
                    return true;
            }

            return false;
        }
    }

    private sealed record Operation(Kind Kind, int Value, int Expected, bool Done, int Returned, long From, long To)
    {
        public bool Explains(int? state, out int? next)
        {
            (bool possible, next) = Kind switch
            {
                Kind.Get => (Done ? state == Returned : state is null, state),
                Kind.Set => (true, Value),
                Kind.Add => (Done == state is null, Done ? Value : state),
                Kind.Update => (Done == (state == Expected), Done ? Value : state),
                Kind.Remove => (Done ? state == Returned : state is null, null),
                Kind.RemoveIf => (Done == (state == Expected), Done ? null : state),
                _ => (true, null),
            };
            return possible;
        }
    }
}
