namespace Larder.Tests.Memory;

/// <summary>A caller's own code inside a call of the cache: it throws, or it calls the cache again.</summary>
public sealed class CallbackTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<EvictionPolicy> Policies => [EvictionPolicy.Adaptive, EvictionPolicy.Lru];

    [Theory]
    [MemberData(nameof(Policies))]
    public void An_Equals_that_throws_reaches_the_caller_and_changes_nothing(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<Key, int>(new() { MaxEntries = 10, Eviction = eviction });
        cache.Set(new Key(1), 1);
        var bad = new Key(1) { OnEquals = static () => throw new FormatException("mine") };

        Assert.Throws<FormatException>(() => cache.TryGet(bad, out _));
        Assert.Throws<FormatException>(() => cache.Set(bad, 2));
        Assert.Throws<FormatException>(() => cache.TryAdd(bad, 2));
        Assert.Throws<FormatException>(() => cache.TryUpdate(bad, 2, 1));
        Assert.Throws<FormatException>(() => cache.Remove(bad));
        Assert.Throws<FormatException>(() => cache.TryRemove(new(bad, 1)));
        Assert.Throws<FormatException>(() => cache.SetTimeToLive(bad, Patience));
        Assert.Throws<FormatException>(() => cache.Contains(bad));

        Assert.True(Ends(() => cache.Set(new Key(2), 2)), "The lock was not given back.");
        Assert.Equal([1, 2], cache.Select(e => e.Value).Order());
        EngineInvariants.Check(EngineOf.Of(cache));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void An_Equals_that_writes_to_the_cache_is_told_so_instead_of_waiting_for_itself_for_ever(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<Key, int>(new() { MaxEntries = 10, Eviction = eviction });
        cache.Set(new Key(1), 1);
        var bad = new Key(1) { OnEquals = () => cache.Set(new Key(7), 7) };
        Exception? told = null;

        Assert.True(Ends(() => told = Record.Exception(() => cache.Set(bad, 2))), "The call waits for a lock that it holds itself.");

        Assert.IsType<LockRecursionException>(told);
        Assert.Contains("Equals", told.Message);
        Assert.True(Ends(() => cache.Set(new Key(2), 2)), "The lock was not given back.");
        Assert.Equal([1, 2], cache.Select(e => e.Value).Order());
    }

    [Fact]
    public void A_comparer_that_clears_the_cache_is_told_so_too()
    {
        BoundedCache<string, int> cache = null!;
        cache = new(new() { MaxEntries = 10, KeyComparer = EqualityComparer<string>.Create((a, b) => { cache.Clear(); return a == b; }, static _ => 1) });
        Exception? told = null;
        Assert.True(cache.Set("a", 1));

        Assert.True(Ends(() => told = Record.Exception(() => cache.Set("a", 2))));
        Assert.IsType<LockRecursionException>(told);
    }

    [Fact]
    public void A_values_Equals_that_calls_the_cache_is_told_so_too()
    {
        var cache = new BoundedCache<int, Comparing>(10);
        cache.Set(1, new Comparing(() => cache.Clear()));
        Exception? told = null;

        Assert.True(Ends(() => told = Record.Exception(() => cache.TryUpdate(1, default, default))));
        Assert.IsType<LockRecursionException>(told);
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public void An_Equals_may_look_into_the_cache()
    {
        var cache = new BoundedCache<Key, int>(10);
        cache.Set(new Key(1), 1);
        cache.Set(new Key(2), 2);
        bool found = false;
        var curious = new Key(1) { OnEquals = () => found = cache.TryGet(new Key(2), out _) && cache.Count == 2 && cache.Any() };

        Assert.True(Ends(() => cache.Set(curious, 3)));
        Assert.True(found);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_hash_that_writes_to_the_cache_may(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<Key, int>(new() { MaxEntries = 10, Eviction = eviction });
        var key = new Key(1) { OnHash = () => cache.Set(new Key(2), 2) };

        Assert.True(Ends(() => cache.Set(key, 1)));
        Assert.Equal(2, cache.Count);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_callback_may_do_anything_with_the_cache(EvictionPolicy eviction)
    {
        int calls = 0;
        BoundedCache<int, int> cache = null!;
        cache = new(new()
        {
            MaxEntries = 10,
            Eviction = eviction,
            OnRemoved = (key, _, _) =>
            {
                if (++calls > 100)
                    return;
                _ = cache.ToArray();
                cache.Remove(key + 1);
                cache.TryAdd(key + 500, key);
                cache.ReclaimExpired();
                if (calls % 10 == 0)
                    cache.Clear();
            },
        });

        Assert.True(Ends(() =>
        {
            for (int i = 0; i < 200; i++)
                cache.Set(i, i);
        }));
        Assert.InRange(calls, 100, int.MaxValue);
        Assert.Equal(0, cache.Statistics.CallbackFailures);
        EngineInvariants.Check(EngineOf.Of(cache));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_callback_runs_after_the_value_has_left_outside_all_locks_on_the_thread_that_removed_it(EvictionPolicy eviction)
    {
        var time = new ManualTimeProvider();
        var wrong = new List<string>();
        int calls = 0, caller = 0;
        string doing = "";
        BoundedCache<int, object> cache = null!;
        cache = new(new()
        {
            MaxEntries = 4,
            MaxBytes = 10,
            Weigher = static (_, value) => value is string ? 11 : 1,
            Eviction = eviction,
            TimeProvider = time,
            OnRemoved = (key, value, _) =>
            {
                calls++;
                if (Environment.CurrentManagedThreadId != caller)
                    wrong.Add($"{doing}: on another thread");
                if (cache.Any(e => ReferenceEquals(e.Value, value)))
                    wrong.Add($"{doing}: {key} is still there");
                // Another thread can write: nobody holds the lock.
                if (!Ends(() => cache.SetTimeToLive(-1, Patience)))
                    wrong.Add($"{doing}: under the lock");
            },
        });
        Assert.True(Ends(() =>
        {
            caller = Environment.CurrentManagedThreadId;
            Do("set", () => cache.Set(1, new object()));
            Do("replace", () => cache.Set(1, new object()));
            Do("update", () => cache.TryUpdate(1, new object(), cache.First().Value));
            Do("refuse", () => cache.Set(1, "too large"));
            Do("evict", () => Fill(9));
            Do("remove", () => cache.Remove(cache.First().Key));
            Do("remove if", () => cache.TryRemove(cache.First()));
            Do("bounds", () => EngineOf.Of(cache).SetBounds(1, 10));
            Do("clear", cache.Clear);
            EngineOf.Of(cache).SetBounds(4, 10);
            Do("expire and look", () => Expire(() => cache.TryGet(1, out _)));
            Do("expire and reclaim", () => Expire(() => cache.ReclaimExpired()));
            Do("expire and write", () => Expire(() => cache.Set(100, new object())));
        }));
        Assert.Empty(wrong);
        Assert.InRange(calls, 20, 50);

        void Do(string name, Action action)
        {
            (doing, int before) = (name, calls);
            action();
            if (name != "set" && calls == before)
                wrong.Add($"{name}: nobody was told");
        }

        void Fill(int keys)
        {
            for (int key = 0; key < keys; key++)
                cache.Set(key, new object(), TimeSpan.FromSeconds(1));
        }

        void Expire(Action action)
        {
            Fill(4);
            time.Advance(TimeSpan.FromSeconds(1));
            action();
        }
    }

    [Fact]
    public void A_full_reclaim_lets_others_in_between()
    {
        var time = new ManualTimeProvider();
        long first = 0;
        BoundedCache<int, int> cache = null!;
        cache = new(new() { MaxEntries = 5_000, TimeProvider = time, OnRemoved = (_, _, _) => first = first == 0 ? cache.Count : first });
        for (int key = 0; key < 5_000; key++)
            cache.Set(key, key, TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(5_000, cache.ReclaimExpired());
        // 256 at a time, and what else is in the region of 64 where they are reached.
        Assert.InRange(first, 5_000 - 256 - 64, 4_999);
    }

    [Fact]
    public void The_weigher_is_asked_once_for_each_write_and_for_nothing_else()
    {
        int asked = 0;
        var cache = new BoundedCache<int, string>(new() { MaxBytes = 100, Weigher = (_, _) => ++asked > 0 ? 1 : 0 });

        cache.Set(1, "a");
        cache.Set(1, "b");
        cache.TryAdd(2, "c");
        cache.GetOrAdd(3, static _ => "d");
        Assert.Equal(4, asked);

        cache.GetOrAdd(3, static _ => "e");
        cache.TryGet(1, out _);
        cache.SetTimeToLive(1, Patience);
        cache.Remove(1);
        cache.Clear();
        Assert.Equal(4, asked);
    }

    [Fact]
    public void A_factory_may_make_its_own_key_and_the_first_value_wins()
    {
        var cache = new BoundedCache<string, string>(10);

        Assert.Equal("inner", cache.GetOrAdd("k", key =>
        {
            cache.GetOrAdd(key, static _ => "inner");
            return "outer";
        }));
    }

    [Fact]
    public void A_factory_that_throws_reaches_the_caller_and_leaves_nothing()
    {
        var cache = new BoundedCache<string, string>(10);

        Assert.Throws<FormatException>(() => cache.GetOrAdd("k", static _ => throw new FormatException()));
        Assert.Equal(0, cache.Count);
        Assert.Equal("v", cache.GetOrAdd("k", static _ => "v"));
    }

    [Fact]
    public void No_factory_runs_for_a_time_to_live_that_is_refused_anyway()
    {
        var cache = new BoundedCache<string, string>(10);
        bool ran = false;

        Assert.Throws<ArgumentOutOfRangeException>("ttl", () => cache.GetOrAdd("k", _ => { ran = true; return "v"; }, TimeSpan.Zero));
        Assert.False(ran);
    }

    [Fact]
    public void A_weigher_that_throws_or_lies_reaches_the_caller_and_changes_nothing()
    {
        long weight = 1;
        var told = new List<int>();
        var cache = new BoundedCache<string, int>(new()
        {
            MaxBytes = 10,
            Weigher = (_, _) => weight == 0 ? throw new FormatException() : weight,
            OnRemoved = (_, value, _) => told.Add(value),
        });
        cache.Set("k", 1);

        foreach (long bad in new long[] { 0, -1, long.MinValue })
        {
            weight = bad;
            Action<Action> refuses = action => Assert.Equal(bad == 0 ? typeof(FormatException) : typeof(InvalidOperationException), Record.Exception(action)?.GetType());
            refuses(() => cache.Set("k", 2));
            refuses(() => cache.Set("other", 2));
            refuses(() => cache.TryAdd("other", 2));
            refuses(() => cache.TryUpdate("k", 2, 1));
            refuses(() => cache.GetOrAdd("other", static _ => 2));
            Assert.Equal((1, 1), (cache.Count, cache.Bytes));
        }

        Assert.True(cache.TryGet("k", out int value));
        Assert.Equal(1, value);
        Assert.Empty(told);
    }

    private static bool Ends(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action)) { IsBackground = true };
        thread.Start();
        bool ended = thread.Join(Patience);
        Assert.Null(failure);
        return ended;
    }

    private sealed class Key(int number) : IEquatable<Key>
    {
        public Action? OnEquals { get; init; }

        public Action? OnHash { get; init; }

        private int Number { get; } = number;

        public bool Equals(Key? other)
        {
            OnEquals?.Invoke();
            return other is not null && other.Number == Number;
        }

        public override bool Equals(object? obj) => Equals(obj as Key);

        public override int GetHashCode()
        {
            OnHash?.Invoke();
            return Number;
        }
    }

    private readonly struct Comparing(Action? act) : IEquatable<Comparing>
    {
        private readonly Action? _act = act;

        public bool Equals(Comparing other)
        {
            _act?.Invoke();
            return true;
        }

        public override bool Equals(object? obj) => obj is Comparing other && Equals(other);

        public override int GetHashCode() => 0;
    }
}
