namespace Larder.Tests.Memory;

/// <summary>Keys of every kind.</summary>
public sealed class KeyTests
{
    [Fact]
    public void Keys_that_equal_themselves_only_by_their_type_are_found()
    {
        var doubles = new BoundedCache<double, string>(10);
        doubles.Set(double.NaN, "nan");
        doubles.Set(0.0, "zero");
        Assert.True(doubles.TryGet(BitConverter.Int64BitsToDouble(unchecked((long)0xFFF8_0000_0000_0001)), out string? value), "Every NaN equals every other.");
        Assert.Equal("nan", value);
        Assert.True(doubles.TryGet(-0.0, out value));
        Assert.Equal("zero", value);
        doubles.Set(double.NaN, "again");
        Assert.Equal(2, doubles.Count);
        Assert.True(doubles.Remove(double.NaN));
        Assert.True(doubles.Remove(-0.0));
        Assert.Equal(0, doubles.Count);
    }

    [Fact]
    public void The_default_of_a_type_is_a_key()
    {
        var ints = new BoundedCache<int, string>(10);
        var ids = new BoundedCache<Guid, string>(10);
        var pairs = new BoundedCache<(string?, int), string>(10);
        Assert.False(ints.TryGet(0, out _));
        Assert.False(ids.TryGet(default, out _));
        Assert.False(pairs.TryGet(default, out _));
        ints.Set(0, "v");
        ids.Set(default, "v");
        pairs.Set(default, "v");
        Assert.True(ints.TryGet(0, out _));
        Assert.True(ids.TryGet(default, out _));
        Assert.True(pairs.TryGet(default, out _));
        Assert.True(ints.Remove(0));
        Assert.False(ints.TryGet(0, out _));
    }

    [Fact]
    public void A_key_whose_hash_changed_is_lost_to_look_ups_but_still_bound_told_and_removed()
    {
        foreach (EvictionPolicy eviction in new[] { EvictionPolicy.Adaptive, EvictionPolicy.Lru })
        {
            var told = new List<Mutable>();
            var cache = new BoundedCache<Mutable, int>(new() { MaxEntries = 20, Eviction = eviction, OnRemoved = (key, _, _) => told.Add(key) });
            var keys = new List<Mutable>();
            for (int i = 0; i < 200; i++)
            {
                var key = new Mutable { Number = i };
                keys.Add(key);
                cache.Set(key, i);
                key.Number += 10_000;
                Assert.False(cache.TryGet(key, out _));
                Assert.InRange(cache.Count, 1, 20);
            }

            EngineInvariants.Check(EngineOf.Of(cache));
            cache.Clear();
            Assert.Equal(keys.ToHashSet(ReferenceEqualityComparer.Instance), told.ToHashSet(ReferenceEqualityComparer.Instance));
            Assert.Equal(200, told.Count);
        }
    }

    [Fact]
    public void Keys_that_all_have_one_hash_are_slow_and_right()
    {
        var cache = new BoundedCache<string, int>(new() { MaxEntries = 300, KeyComparer = EqualityComparer<string>.Create(string.Equals, static _ => 42) });
        for (int i = 0; i < 300; i++)
            cache.Set($"{i}", i);
        for (int i = 0; i < 300; i++)
        {
            Assert.True(cache.TryGet($"{i}", out int value));
            Assert.Equal(i, value);
        }

        for (int i = 0; i < 300; i += 2)
            Assert.True(cache.Remove($"{i}"));
        for (int i = 0; i < 300; i++)
            Assert.Equal(i % 2 == 1, cache.TryGet($"{i}", out _));
        EngineInvariants.Check(EngineOf.Of(cache));
    }

    [Fact]
    public void Wide_keys_are_never_mistaken_for_one_another_while_slots_are_reused()
    {
        var cache = new BoundedCache<Wide, long>(new() { MaxEntries = 64 });
        bool running = true;
        int wrong = 0, looked = 0;
        var reader = new Thread(() =>
        {
            var random = new Random(1);
            while (Volatile.Read(ref running))
            {
                long number = random.Next(200);
                if (cache.TryGet(new Wide(number), out long value) && value != number)
                    wrong++;
                // Half of one key and half of another: no such key was ever written.
                if (cache.TryGet(new Wide(number) { D = $"{number + 1}" }, out _))
                    wrong++;
                Volatile.Write(ref looked, looked + 1);
            }
        });
        reader.Start();
        for (int i = 0; i < 200_000 || Volatile.Read(ref looked) < 1_000; i++)
            cache.Set(new Wide(i % 200), i % 200);
        Volatile.Write(ref running, false);
        reader.Join();
        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Strings_prepared_to_collide_spread_whatever_comparer_is_asked_for(bool ignoreCase)
    {
        // 2^13 strings of one hash under h = 31 * h + c, and of one under the framework's own hash without a seed, ignoring case:
        // that one would come to the same for all if it were used.
        var cache = new BoundedCache<string, int>(new() { MaxEntries = 10_000, KeyComparer = ignoreCase ? StringComparer.OrdinalIgnoreCase : null });
        string[] keys = [.. Enumerable.Range(0, 8_192).Select(i => string.Concat(Enumerable.Range(0, 13).Select(b => ((i >> b) & 1) == 0 ? "Ab" : "BC")))];
        foreach (string key in keys)
            cache.Set(key, 1);

        uint[] hashes = EngineOf.HashesOf(cache);
        Assert.Equal(8_192, hashes.Length);
        Assert.InRange(hashes.Distinct().Count(), 8_150, 8_192);
    }

    private sealed class Mutable
    {
        public int Number { get; set; }

        public override bool Equals(object? obj) => obj is Mutable other && other.Number == Number;

        public override int GetHashCode() => Number;
    }

    private readonly record struct Wide(long A, long B, long C, string D)
    {
        public Wide(long number)
            : this(number, -number, number * 3, $"{number}")
        {
        }
    }
}
