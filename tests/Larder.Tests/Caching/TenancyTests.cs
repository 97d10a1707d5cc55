namespace Larder.Tests.Caching;

/// <summary>G8: no name, however crafted, reads, overwrites or clears what belongs to another partition.</summary>
public sealed class TenancyTests
{
    // Separators, globs, escapes, hash tags, look-alikes, combining and astral characters, broken surrogates, and
    // pieces of what stored keys look like.
    private static readonly string[] Pieces =
    [
        ":", "::", "*", "?", "[", "]", "[a-z]", "\\", "\\*", "%", "%3A", "%3a", "%25", "{", "}", "{tag}", "~", "/", "|", "\0", "\n", " ", "\u00a0", "\u200b",
        "g", "o", "u", "G", "U", "default", "global", "user", "org", "#", "#t", "tag", "epoch", "a", "A", "b", "ä", "a\u0308", "\u212b", "İ", "ı", "𝔞", "😀",
        "\ud800", "\udc00", "\uffff", "-", "_", ".", "..", "1", "01", "null", "undefined",
    ];

    private static string Hostile(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.GetItems(Pieces, 1)[0]));

    private static string HostileId(Random random)
    {
        string id;
        do
        {
            id = Hostile(random);
        }
        while (string.IsNullOrWhiteSpace(id));
        return id;
    }

    private sealed record Place(string Collection, CacheScope Scope, string? Organization, string? User)
    {
        public Cache Handle(Cache cache) => Scope == CacheScope.Global
            ? cache.Collection(Collection)
            : cache.Collection(Collection).For(new UserContext(User, Organization), Scope);

        public static Place Any(Random random) => random.Next(3) switch
        {
            0 => new Place(Hostile(random), CacheScope.Global, null, null),
            1 => new Place(Hostile(random), CacheScope.Organization, HostileId(random), null),
            _ => new Place(Hostile(random), CacheScope.User, random.Next(2) == 0 ? null : HostileId(random), HostileId(random)),
        };
    }

    public static TheoryData<StoreKind, int> Runs
    {
        get
        {
            var runs = new TheoryData<StoreKind, int>();
            foreach (StoreKind kind in Enum.GetValues<StoreKind>())
            {
                for (int seed = 0; seed < 4; seed++)
                    runs.Add(kind, seed);
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Nothing_that_happens_in_one_partition_is_seen_in_another(StoreKind kind, int seed)
    {
        var random = new Random(seed);
        string prefix = HostileId(random);
        await using var bed = new Testbed(kind, o => o.KeyPrefix = prefix);
        Place[] places = [.. Enumerable.Range(0, 12).Select(_ => Place.Any(random)).Distinct()];
        var model = new Dictionary<(Place Place, string Key), (string Value, string Tag)>();
        string[] keys = [.. Enumerable.Range(0, 5).Select(_ => Hostile(random)).Append("").Distinct()];
        string[] tags = [.. Enumerable.Range(0, 3).Select(_ => Hostile(random)).Distinct()];
        for (int step = 0; step < 120; step++)
        {
            Place place = random.GetItems(places, 1)[0];
            Cache handle = place.Handle(bed.Cache);
            string key = random.GetItems(keys, 1)[0];
            string tag = random.GetItems(tags, 1)[0];
            switch (random.Next(8))
            {
                case 0:
                    await handle.RemoveAsync(key).Soon();
                    model.Remove((place, key));
                    break;
                case 1:
                    await handle.RemoveByTagAsync(tag).Soon();
                    Forget(one => one.Place == place && model[one].Tag == tag);
                    break;
                case 2:
                    await handle.RemoveByPatternAsync(CachePattern.Escape(key) + "*").Soon();
                    Forget(one => one.Place == place && one.Key.StartsWith(key, StringComparison.Ordinal));
                    break;
                case 3 when place.Scope != CacheScope.Global:
                    await handle.ClearAsync().Soon();
                    Forget(one => one.Place == place);
                    break;
                case 4 when random.Next(4) == 0:
                    await bed.Cache.Collection(place.Collection).ClearAsync().Soon();
                    Forget(one => one.Place.Collection == place.Collection);
                    break;
                case 5 when place.Scope != CacheScope.Global && random.Next(3) == 0:
                    await bed.Cache.ClearAsync(null, new UserContext(place.User, place.Organization), place.Scope).Soon();
                    Forget(one => one.Place with { Collection = "" } == place with { Collection = "" });
                    break;
                default:
                    string value = $"{step}";
                    await handle.SetAsync(key, value, options: new() { Tags = [tag] }).Soon();
                    model[(place, key)] = (value, tag);
                    break;
            }
        }

        await AssertIsAsync(bed.Cache);
        if (bed.HasStore)
            await AssertIsAsync(bed.Another());

        void Forget(Func<(Place Place, string Key), bool> which)
        {
            foreach ((Place, string) one in model.Keys.Where(which).ToArray())
                model.Remove(one);
        }

        async Task AssertIsAsync(Cache cache)
        {
            foreach (Place place in places)
            {
                foreach (string key in keys)
                {
                    string? expected = model.TryGetValue((place, key), out (string Value, string Tag) known) ? known.Value : null;
                    Assert.Equal(expected, await place.Handle(cache).GetAsync<string>(key).Soon());
                }
            }
        }
    }

    [Fact]
    public async Task Caches_with_different_prefixes_share_a_store_and_nothing_else()
    {
        string[] prefixes = ["a", "a:", "a:b", "a*", "a%3A", "A", "ä", "a\u0308"];
        var data = new Larder.Stores.InMemoryStore();
        Cache[] caches = [.. prefixes.Select(prefix => Cache.Create(o =>
        {
            o.KeyPrefix = prefix;
            o.UseStore(data.Connect());
        }))];
        for (int i = 0; i < caches.Length; i++)
            await caches[i].Collection("b").SetAsync("k", i, options: new() { Tags = ["t"] }).Soon();
        await caches[0].ClearAsync().Soon();
        await caches[3].Collection("b").RemoveByPatternAsync("*").Soon();
        await caches[5].Collection("b").RemoveByTagAsync("t").Soon();

        for (int i = 0; i < caches.Length; i++)
            Assert.Equal(i is not (0 or 3 or 5), await caches[i].Collection("b").ContainsAsync("k").Soon());
        foreach (Cache cache in caches)
            await cache.DisposeAsync();
    }

    [Fact]
    public async Task A_scope_without_what_it_needs_is_an_error_and_never_widens()
    {
        await using var bed = new Testbed();
        Assert.Throws<ArgumentException>(() => bed.Cache.For(new UserContext("u"), CacheScope.Organization));
        Assert.Throws<ArgumentException>(() => bed.Cache.For(new UserContext(organizationId: "o")));
        Assert.Throws<ArgumentException>(() => bed.Cache.For(new UserContext()));
        Assert.Throws<InvalidOperationException>(() => bed.Cache.For(CacheScope.User));
        Assert.Throws<InvalidOperationException>(() => bed.Cache.For(CacheScope.Organization));
        Assert.Throws<ArgumentNullException>(() => bed.Cache.For(null!));
        Assert.ThrowsAny<ArgumentException>(() => bed.Cache.For(new UserContext("u", "o"), (CacheScope)7));
        using (UserContext.Use(new UserContext("u")))
            Assert.Throws<ArgumentException>(() => bed.Cache.For(CacheScope.Organization));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\t\n")]
    public void Ids_that_say_nothing_are_refused(string id)
    {
        Assert.Throws<ArgumentException>(() => new UserContext(id));
        Assert.Throws<ArgumentException>(() => new UserContext("u", id));
    }

    [Fact]
    public async Task A_collection_has_a_name()
    {
        await using var bed = new Testbed();
        Assert.Throws<ArgumentException>(() => bed.Cache.Collection(""));
        Assert.Throws<ArgumentNullException>(() => bed.Cache.Collection(null!));
    }

    [Fact]
    public async Task The_same_user_id_in_two_organizations_is_two_users()
    {
        await using var bed = new Testbed();
        bed.Cache.For(new UserContext("7", "a")).Set("k", 1);

        Assert.False(bed.Cache.For(new UserContext("7", "b")).Contains("k"));
        Assert.False(bed.Cache.For(new UserContext("7")).Contains("k"));
        Assert.True(bed.Cache.For(new UserContext("7", "a")).Contains("k"));
    }

    [Fact]
    public async Task Organizations_do_not_depend_on_the_user_who_asks()
    {
        await using var bed = new Testbed();
        bed.Cache.For(new UserContext("ann", "acme"), CacheScope.Organization).Set("k", 1);

        Assert.Equal(1, bed.Cache.For(new UserContext("bob", "acme"), CacheScope.Organization).Get<int>("k"));
        Assert.Equal(1, bed.Cache.For(new UserContext(organizationId: "acme"), CacheScope.Organization).Get<int>("k"));
    }

    [Fact]
    public async Task Global_scope_is_the_same_for_everybody()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", 1);

        Assert.Equal(1, bed.Cache.For(new UserContext("ann", "acme"), CacheScope.Global).Get<int>("k"));
        Assert.Equal(1, bed.Cache.For(CacheScope.Global).Get<int>("k"));
        Assert.Equal(1, bed.Cache.Collection(Cache.DefaultCollection).Get<int>("k"));
    }
}
