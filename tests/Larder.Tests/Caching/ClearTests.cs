namespace Larder.Tests.Caching;

/// <summary>What clearing a handle, a collection, a scope clears, and what it leaves.</summary>
public sealed class ClearTests
{
    private static readonly UserContext Ann = new("ann", "acme");
    private static readonly UserContext Bob = new("bob", "acme");
    private static readonly UserContext Eve = new("ann", "evil");

    /// <summary>Everything that is written before something is cleared.</summary>
    private static (string Name, Cache Handle)[] Partitions(Cache cache) =>
    [
        .. new[] { "default", "a", "b" }.SelectMany(collection => new (string, Cache)[]
        {
            ($"{collection}/global", cache.Collection(collection)),
            ($"{collection}/acme", cache.Collection(collection).For(Ann, CacheScope.Organization)),
            ($"{collection}/evil", cache.Collection(collection).For(Eve, CacheScope.Organization)),
            ($"{collection}/ann", cache.Collection(collection).For(Ann)),
            ($"{collection}/bob", cache.Collection(collection).For(Bob)),
            ($"{collection}/eve", cache.Collection(collection).For(Eve)),
        }),
    ];

    public static TheoryData<string, StoreKind> Cases
    {
        get
        {
            var cases = new TheoryData<string, StoreKind>();
            foreach (string what in Clears.Keys)
            {
                foreach (StoreKind kind in Enum.GetValues<StoreKind>())
                    cases.Add(what, kind);
            }

            return cases;
        }
    }

    private static Dictionary<string, (Func<Cache, ValueTask> Clear, Func<string, bool> Clears)> Clears { get; } = new()
    {
        ["the cache itself: everything"] = (cache => cache.ClearAsync(), _ => true),
        ["a collection's handle: the collection in every scope"] = (cache => cache.Collection("a").ClearAsync(), name => name.StartsWith("a/", StringComparison.Ordinal)),
        ["the default collection's handle"] = (cache => cache.Collection(Cache.DefaultCollection).ClearAsync(), name => name.StartsWith("default/", StringComparison.Ordinal)),
        ["a user's handle: that partition"] = (cache => cache.Collection("a").For(Ann).ClearAsync(), name => name == "a/ann"),
        ["an organization's handle: that partition and no user's"] = (cache => cache.Collection("a").For(Ann, CacheScope.Organization).ClearAsync(), name => name == "a/acme"),
        ["a global handle: that partition"] = (cache => cache.Collection("a").For(Ann, CacheScope.Global).ClearAsync(), name => name == "a/global"),
        ["null, null, null: everything"] = (cache => cache.ClearAsync(null, null, null), _ => true),
        ["a collection by name"] = (cache => cache.ClearAsync("b", null, null), name => name.StartsWith("b/", StringComparison.Ordinal)),
        ["a user in every collection"] = (cache => cache.ClearAsync(null, Ann, CacheScope.User), name => name.EndsWith("/ann", StringComparison.Ordinal)),
        ["an organization in every collection"] = (cache => cache.ClearAsync(null, Bob, CacheScope.Organization), name => name.EndsWith("/acme", StringComparison.Ordinal)),
        ["global scope in every collection"] = (cache => cache.ClearAsync(null, null, CacheScope.Global), name => name.EndsWith("/global", StringComparison.Ordinal)),
        ["a user in a collection"] = (cache => cache.ClearAsync("a", Eve, CacheScope.User), name => name == "a/eve"),
        ["an organization in a collection"] = (cache => cache.ClearAsync("a", Eve, CacheScope.Organization), name => name == "a/evil"),
        ["global scope of a collection"] = (cache => cache.ClearAsync("a", null, CacheScope.Global), name => name == "a/global"),
        ["a user from the collection's handle"] = (cache => cache.Collection("a").ClearAsync(null, Ann, CacheScope.User), name => name == "a/ann"),
        ["everything of a collection from its handle"] = (cache => cache.Collection("a").ClearAsync("a", null, null), name => name.StartsWith("a/", StringComparison.Ordinal)),
        ["the ambient user"] = (
            async cache =>
            {
                using (UserContext.Use(Bob))
                    await cache.ClearAsync(null, null, CacheScope.User);
            },
            name => name.EndsWith("/bob", StringComparison.Ordinal)),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_clears_exactly_what_it_says(string what, StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        foreach ((string name, Cache handle) in Partitions(bed.Cache))
            await handle.SetAsync("k", name).Soon();
        (Func<Cache, ValueTask> clear, Func<string, bool> clears) = Clears[what];
        await clear(bed.Cache).Soon();

        string[] expected = [.. Partitions(bed.Cache).Select(one => one.Name).Where(name => !clears(name))];
        Assert.Equal(expected, await LeftAsync(bed.Cache));
        if (bed.HasStore)
            Assert.Equal(expected, await LeftAsync(bed.Another()));

        // And what is written afterwards stays.
        foreach ((string name, Cache handle) in Partitions(bed.Cache))
            await handle.SetAsync("k", name).Soon();
        Assert.Equal(18, (await LeftAsync(bed.Cache)).Length);
        if (bed.HasStore)
            Assert.Equal(18, (await LeftAsync(bed.Another())).Length);
    }

    [Fact]
    public async Task A_scope_without_its_context_is_an_error_and_clears_nothing()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", 1);
        await Assert.ThrowsAsync<ArgumentException>(() => bed.Cache.ClearAsync(null, null, CacheScope.User).Soon());
        await Assert.ThrowsAsync<ArgumentException>(() => bed.Cache.ClearAsync("a", null, CacheScope.Organization).Soon());
        await Assert.ThrowsAsync<ArgumentException>(() => bed.Cache.ClearAsync(null, new UserContext("u"), CacheScope.Organization).Soon());
        await Assert.ThrowsAsync<ArgumentException>(() => bed.Cache.ClearAsync(null, new UserContext(organizationId: "o"), CacheScope.User).Soon());

        Assert.True(bed.Cache.Contains("k"));
    }

    [Fact]
    public async Task A_context_without_a_scope_is_an_error()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", 1);
        await Assert.ThrowsAsync<ArgumentException>(() => bed.Cache.ClearAsync(null, Ann, null).Soon());
        await Assert.ThrowsAsync<ArgumentException>(() => bed.Cache.ClearAsync("", null, null).Soon());

        Assert.True(bed.Cache.Contains("k"));
    }

    [Fact]
    public async Task A_handle_does_not_clear_beyond_itself()
    {
        await using var bed = new Testbed();
        bed.Cache.Collection("b").Set("k", 1);
        await Assert.ThrowsAsync<ArgumentException>(() => bed.Cache.Collection("a").ClearAsync("b", null, null).Soon());
        await Assert.ThrowsAsync<ArgumentException>(() => bed.Cache.For(Ann).ClearAsync("b", null, null).Soon());
        await Assert.ThrowsAsync<ArgumentException>(() => bed.Cache.For(Ann).ClearAsync(null, Bob, CacheScope.User).Soon());

        Assert.True(bed.Cache.Collection("b").Contains("k"));
    }

    [Fact]
    public async Task The_memory_of_cleared_entries_is_reclaimed()
    {
        await using var bed = new Testbed();
        for (int i = 0; i < 100; i++)
            bed.Cache.Set($"k{i}", i, TimeSpan.FromHours(1));
        bed.Cache.Clear();
        bed.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(0, bed.Cache.Statistics.Entries);
    }

    private static async Task<string[]> LeftAsync(Cache cache)
    {
        var left = new List<string>();
        foreach ((string name, Cache handle) in Partitions(cache))
        {
            if ((await handle.TryGetAsync<string>("k").Soon()).TryGetValue(out string? value))
            {
                Assert.Equal(name, value);
                left.Add(name);
            }
        }

        return [.. left];
    }
}
