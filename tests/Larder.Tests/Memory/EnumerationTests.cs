namespace Larder.Tests.Memory;

public sealed class EnumerationTests
{
    [Theory]
    [InlineData(EvictionPolicy.Adaptive)]
    [InlineData(EvictionPolicy.Lru)]
    public void What_is_there_throughout_is_seen_and_what_is_seen_is_whole_while_others_write(EvictionPolicy eviction)
    {
        const int Staying = 200;
        var narrow = new BoundedCache<int, object>(new() { MaxEntries = 100_000, Eviction = eviction });
        var wide = new BoundedCache<(long, string), (long, string, long)>(new() { MaxEntries = 100_000, Eviction = eviction });
        for (int key = 0; key < Staying; key++)
        {
            narrow.Set(key, key);
            wide.Set((key, $"{key}"), (key, $"{key}", key));
        }

        bool running = true;
        var writer = new Thread(() =>
        {
            for (int i = 0; Volatile.Read(ref running); i++)
            {
                // New ones, so that the tables grow; old ones that go; and those that stay are written anew.
                int other = Staying + (i % 20_000);
                narrow.Set(other, other);
                wide.Set((other, $"{other}"), (other, $"{other}", i));
                if (i % 3 == 0)
                {
                    narrow.Remove(other);
                    wide.Remove((other, $"{other}"));
                }

                // For longer and for shorter than before.
                int staying = i % Staying;
                var ttl = TimeSpan.FromHours(1 + (i / Staying % 2));
                narrow.Set(staying, staying, ttl);
                wide.Set((staying, $"{staying}"), (staying, $"{staying}", i), ttl);
            }
        });
        writer.Start();
        try
        {
            for (int round = 0; round < 40; round++)
            {
                var seen = new HashSet<long>();
                foreach ((int key, object value) in narrow)
                {
                    Assert.Equal(key, value);
                    seen.Add(key);
                }

                Assert.Equal(Staying, seen.Count(key => key < Staying));
                seen.Clear();
                foreach (((long, string) key, (long, string, long) value) in wide)
                {
                    Assert.Equal((key.Item1, key.Item2), (value.Item1, value.Item2));
                    seen.Add(key.Item1);
                }

                Assert.Equal(Staying, seen.Count(key => key < Staying));
                Assert.InRange(narrow.Count, Staying, 100_000);
            }
        }
        finally
        {
            Volatile.Write(ref running, false);
            writer.Join();
        }
    }

    [Fact]
    public void An_enumeration_goes_on_through_a_clear_and_everything_else()
    {
        var time = new ManualTimeProvider();
        var cache = new BoundedCache<int, int>(new() { MaxEntries = 1_000, TimeProvider = time, DefaultTtl = TimeSpan.FromSeconds(1) });
        for (int i = 0; i < 500; i++)
            cache.Set(i, i);
        using IEnumerator<KeyValuePair<int, int>> entries = cache.GetEnumerator();
        Assert.True(entries.MoveNext());
        cache.Clear();
        Assert.False(entries.MoveNext());

        using IEnumerator<KeyValuePair<int, int>> again = cache.GetEnumerator();
        cache.Set(1, 1);
        Assert.True(again.MoveNext());
        for (int i = 0; i < 1_000; i++)
            cache.Set(i, i);
        Assert.True(again.MoveNext());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(again.MoveNext());
        Assert.Empty(cache);
        Assert.Equal(1_000, cache.Count);
    }
}
