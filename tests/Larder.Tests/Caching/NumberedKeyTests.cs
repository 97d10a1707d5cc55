namespace Larder.Tests.Caching;

/// <summary>
/// Keys that are a constant and a number are looked up by the number once they have been asked for often: that must
/// not be seen.
/// </summary>
[Collection(AllocationsCollection.Name)]
public sealed class NumberedKeyTests
{
    // More often than it takes to make a key known.
    private const int Often = 64;

    private static readonly UserContext[] Users = [new("ada", "north"), new("bob", "north"), new("ada", "south")];

    [Theory]
    [InlineData(EvictionPolicy.Adaptive, 1_000)]
    [InlineData(EvictionPolicy.Adaptive, 40)]
    [InlineData(EvictionPolicy.Lru, 1_000)]
    public void Whatever_happens_to_entries_a_number_finds_what_its_string_finds(EvictionPolicy eviction, int maxEntries)
    {
        var random = new Random(maxEntries);
        using Cache cache = Cache.Create(o =>
        {
            o.Eviction = eviction;
            o.MaxEntries = maxEntries;
        });
        Cache[] places = [cache, cache.Collection("c"), .. Users.Select(user => cache.For(user, CacheScope.User))];
        for (int step = 0; step < 100_000; step++)
        {
            Cache place = places[random.Next(places.Length)];
            int number = random.Next(25);
            switch (random.Next(40))
            {
                case 0:
                    place.Set("user:" + number, step);
                    break;
                case 1:
                    place.Set($"user:{number}", step);
                    break;
                case 2:
                    place.Remove("user:" + number);
                    break;
                case 3 when random.Next(20) == 0:
                    place.Clear();
                    break;
                case 4:
                    Assert.Equal(place.TryGet("order:" + number, out int order), place.TryGet($"order:{(long)number}", out int sameOrder));
                    Assert.Equal(order, sameOrder);
                    place.Set($"order:{number}", -step);
                    break;
                default:
                    Assert.Equal(place.TryGet("user:" + number, out int user), place.TryGet($"user:{number}", out int sameUser));
                    Assert.Equal(user, sameUser);
                    break;
            }
        }
    }

    [Fact]
    public async Task An_entry_that_is_known_by_its_number_expires()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("user:7", "first", TimeSpan.FromMinutes(1));
        for (int i = 0; i < Often; i++)
            Assert.Equal("first", bed.Cache.Get<string>($"user:{7}"));

        bed.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(bed.Cache.Get<string>($"user:{7}"));
        Assert.Equal("second", bed.Cache.GetOrSet($"user:{7}", _ => "second"));
        for (int i = 0; i < Often; i++)
            Assert.Equal("second", bed.Cache.Get<string>($"user:{7}"));
    }

    [Fact]
    public void Users_with_the_same_numbers_see_their_own()
    {
        using Cache cache = Cache.Create();
        Cache[] places = [.. Users.Select(user => cache.For(user, CacheScope.User))];
        for (int i = 0; i < Often * 20; i++)
        {
            foreach (Cache place in places)
                Assert.Equal(i % 20 * (1 + Array.IndexOf(places, place)), place.GetOrSet($"item:{i % 20}", _ => i % 20 * (1 + Array.IndexOf(places, place))));
        }
    }

    [Fact]
    public void Threads_that_look_up_write_and_remove_numbers_get_what_belongs_to_them()
    {
        using Cache cache = Cache.Create(o => o.MaxEntries = 200);
        AtOnce.Run(4, thread =>
        {
            var random = new Random(thread);
            for (int i = 0; i < 150_000; i++)
            {
                int number = random.Next(300);
                if (random.Next(50) == 0)
                    cache.Remove($"user:{number}");
                else if (cache.GetOrSet($"user:{number}", number, static (number, _) => $"of {number}") is var value && value != $"of {number}")
                    Assert.Fail($"user:{number} had '{value}'.");
                if (cache.TryGet($"order:{number}", out int order) && order != number)
                    Assert.Fail($"order:{number} was {order}.");
                cache.Set($"order:{number}", number);
            }
        });
    }

    [Fact]
    public void Numbers_beyond_those_that_can_be_known_are_hits_that_allocate_nothing()
    {
        using Cache cache = Cache.Create(o => o.MaxEntries = 20_000);
        for (int i = 0; i < 10_000; i++)
            cache.Set($"user:{i}", "value");
        int next = 0;

        Allocations.AssertNone(() =>
        {
            next = (next + 7_919) % 10_000;
            if (!cache.TryGet($"user:{next}", out string _))
                throw new InvalidOperationException("It should be there.");
        });
    }

    [Fact]
    public void What_was_known_by_its_number_can_be_collected_when_it_is_gone()
    {
        using Cache cache = Cache.Create();
        WeakReference value = Fill(cache);

        cache.Remove("user:7");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(value.IsAlive);

        static WeakReference Fill(Cache cache)
        {
            var value = new object();
            cache.Set("user:7", value);
            for (int i = 0; i < Often; i++)
                Assert.Same(value, cache.Get<object>($"user:{7}"));
            return new WeakReference(value);
        }
    }

    [Fact]
    public void A_key_with_more_behind_its_number_is_not_that_of_the_number()
    {
        using Cache cache = Cache.Create();
        cache.Set("user:7", "user");
        cache.Set("user:7:name", "name");
        cache.Set("user:77", "both");
        string none = "";
        for (int i = 0; i < Often; i++)
        {
            Assert.Equal("user", cache.Get<string>($"user:{7}"));
            Assert.Equal("name", cache.Get<string>($"user:{7}:name"));
            Assert.Equal("both", cache.Get<string>($"user:{7}{7}"));
            Assert.Equal("user", cache.Get<string>($"user:{7}{none}"));
            Assert.Null(cache.Get<string>($"user:{7:D2}"));
        }
    }
}
