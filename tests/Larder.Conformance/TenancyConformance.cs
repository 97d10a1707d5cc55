using Larder.Stores;

namespace Larder.Conformance;

/// <summary>
/// Caches in front of the store, whose tenants have names and keys that try to reach each other: what a separator, an
/// escape, a wildcard or a fold of the store's would let through.
/// </summary>
/// <remarks>What is asserted is read by a cache that has nothing in memory, from the store.</remarks>
public abstract class TenancyConformance : ConformanceTest
{
    // Pairs and more that become one another when somebody trims, folds, normalizes, cuts, joins or interprets.
    private static readonly UserContext[] Tenants =
    [
        new("1", "a"), new("a", "1"), new("b:c", "a"), new("c", "a:b"), new(":", "a"), new("a", ":"),
        new("*", "a"), new("?", "a"), new("[a-z]", "*"), new("%", "_"), new("%3A", "a"), new("A", "A"), new("a", "a"), new("a", "a "), new("a", " a"),
        new("a\0", "a"), new("a", "a\0"), new("$gt", "$ne"), new("'; DROP TABLE entry; --", "a"), new("..", "/"), new("{a}", "a"),
        new("\u00E9", "a"), new("e\u0301", "a"), new("\U0001F600", "a"), new("\uD83D", "a"), new("\uDE00", "a"), new("\uFFFD", "a"),
    ];

    private static readonly string[] Keys = ["", "key", "Key", "*", "a:b", "key\0", "%", "$where", "{key}"];

    [Fact]
    public async Task Tenants_with_hostile_names_read_their_own_and_nothing_else()
    {
        await using Cache writing = await OpenAsync();
        foreach (UserContext tenant in Tenants)
        {
            foreach (string key in Keys)
                await writing.Collection("c").For(tenant).SetAsync(key, Own(tenant, key));
        }

        await AssertKeptAsync(Tenants);
    }

    [Fact]
    public async Task Pattern_that_matches_everything_removes_one_tenants_keys()
    {
        await using Cache writing = await OpenAsync();
        UserContext[] tenants = [.. Tenants.Where((_, index) => index % 2 == 0)];
        foreach (UserContext tenant in tenants)
        {
            foreach (string key in Keys)
                await writing.Collection("c").For(tenant).SetAsync(key, Own(tenant, key));
        }

        foreach (UserContext attacker in (UserContext[])[new("*", "a"), new("%", "_"), new("a", "a")])
        {
            await writing.Collection("c").For(attacker).RemoveByPatternAsync("*");
            tenants = [.. tenants.Where(tenant => tenant != attacker)];
            await AssertKeptAsync(tenants);
        }
    }

    [Fact]
    public async Task Clear_and_tag_of_one_tenant_leave_the_others_alone()
    {
        await using Cache writing = await OpenAsync();
        UserContext[] tenants = [.. Tenants.Where((_, index) => index % 2 == 0)];
        foreach (UserContext tenant in tenants)
        {
            foreach (string key in Keys)
                await writing.Collection("c").For(tenant).SetAsync(key, Own(tenant, key), options: new() { Tags = ["tag"] });
        }

        await writing.Collection("c").For(tenants[0]).ClearAsync();
        await AssertKeptAsync(tenants[1..]);
        await AssertGoneAsync(tenants[0]);

        await writing.Collection("c").For(tenants[1]).RemoveByTagAsync("tag");
        await AssertKeptAsync(tenants[2..]);
        await AssertGoneAsync(tenants[1]);
    }

    [Fact]
    public async Task Owner_who_is_cleared_loses_all_collections_and_nobody_else_does()
    {
        await using Cache writing = await OpenAsync();
        UserContext victim = new("u", "a:b");
        UserContext[] others = [new("u", "a"), new("b:u", "b"), new("u", "a:b:"), new("u", "A:B"), new("u", "*")];
        foreach (UserContext tenant in (UserContext[])[victim, .. others])
        {
            foreach (string collection in (string[])["c", "c:", ":c", "*"])
                await writing.Collection(collection).For(tenant, CacheScope.Organization).SetAsync("key", Own(tenant, collection));
        }

        await writing.ClearAsync(null, victim, CacheScope.Organization);

        await using Cache reading = await OpenAsync();
        foreach (string collection in (string[])["c", "c:", ":c", "*"])
        {
            Assert.Null(await reading.Collection(collection).For(victim, CacheScope.Organization).GetAsync<string>("key"));
            foreach (UserContext other in others)
                Assert.Equal(Own(other, collection), await reading.Collection(collection).For(other, CacheScope.Organization).GetAsync<string>("key"));
        }
    }

    private static string Own(UserContext tenant, string key) => $"{Array.IndexOf(Tenants, tenant)}/{tenant.OrganizationId}/{tenant.UserId}/{key}";

    private async Task AssertKeptAsync(UserContext[] tenants)
    {
        await using Cache reading = await OpenAsync();
        foreach (UserContext tenant in tenants)
        {
            foreach (string key in Keys)
                Assert.Equal(Own(tenant, key), await reading.Collection("c").For(tenant).GetAsync<string>(key));
        }
    }

    private async Task AssertGoneAsync(UserContext tenant)
    {
        await using Cache reading = await OpenAsync();
        foreach (string key in Keys)
            Assert.Null(await reading.Collection("c").For(tenant).GetAsync<string>(key));
    }

    // The cache disposes its store.
    private async ValueTask<Cache> OpenAsync()
    {
        ICacheStore store = await CreateStoreAsync();
        return Cache.Create(options =>
        {
            options.UseStore(store);
            // A machine that is busy is no store that is down.
            options.Store.ReadTimeout = Patience;
            options.Store.WriteTimeout = Patience;
        });
    }
}
