namespace Larder.Tests.Caching;

/// <summary>Removal by the shape of keys. What a glob means has its own tests; these are about what it reaches.</summary>
public sealed class PatternTests
{
    public static TheoryData<StoreKind> Kinds => [.. Enum.GetValues<StoreKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Matching_entries_go_and_are_counted(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        string[] keys = ["user:1", "user:2", "user:", "users", "order:1", "*"];
        foreach (string key in keys)
            await bed.Cache.SetAsync(key, key).Soon();

        Assert.Equal(3, await bed.Cache.RemoveByPatternAsync("user:*").Soon());
        Assert.Equal(["*", "order:1", "users"], (await bed.Cache.GetManyAsync<string>(keys).Soon()).Keys.Order(StringComparer.Ordinal));
        if (bed.HasStore)
            Assert.Equal(["*", "order:1", "users"], (await bed.Another().GetManyAsync<string>(keys).Soon()).Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_escaped_star_is_a_star(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("a*c", 1).Soon();
        await bed.Cache.SetAsync("abc", 2).Soon();

        Assert.Equal(1, await bed.Cache.RemoveByPatternAsync(@"a\*c").Soon());
        Assert.Equal(2, await bed.Cache.GetAsync<int>("abc").Soon());
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task What_only_the_store_has_goes_too(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        Cache writer = bed.Another();
        await writer.SetAsync("user:1", 1).Soon();
        await writer.SetAsync("user:2", 2).Soon();

        Assert.Equal(2, await bed.Cache.RemoveByPatternAsync("user:*").Soon());
        Assert.Empty(await bed.Another().GetManyAsync<int>(["user:1", "user:2"]).Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_pattern_reaches_its_own_partition_only(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        var user = new UserContext("u", "o");
        Cache[] handles = [bed.Cache, bed.Cache.Collection("a"), bed.Cache.Collection("a").For(user), bed.Cache.Collection("a").For(user, CacheScope.Organization)];
        foreach (Cache handle in handles)
            await handle.SetAsync("k", 1).Soon();
        Assert.Equal(1, await handles[1].RemoveByPatternAsync("*").Soon());

        for (int i = 0; i < handles.Length; i++)
            Assert.Equal(i != 1, await handles[i].ContainsAsync("k").Soon());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Stale_entries_that_match_go_as_well(StoreKind kind)
    {
        await using var bed = new Testbed(kind, o => o.Grace = TimeSpan.FromHours(1));
        await bed.Cache.SetAsync("user:1", 1).Soon();
        bed.Advance(TimeSpan.FromMinutes(2));
        await bed.Cache.RemoveByPatternAsync("user:*").Soon();

        await Assert.ThrowsAsync<IOException>(() => bed.Cache.GetOrSetAsync<int>("user:1", (CancellationToken _) => throw new IOException()).Soon());
        await bed.Cache.SetAsync("user:1", 2).Soon();
        Assert.Equal(2, await bed.Cache.GetAsync<int>("user:1").Soon());
        if (bed.HasStore)
            Assert.Equal(2, await bed.Another().GetAsync<int>("user:1").Soon());
    }

    [Fact]
    public async Task A_pattern_that_is_none_is_refused_and_nothing_happens()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("[a", 1);

        await Assert.ThrowsAsync<FormatException>(() => bed.Cache.RemoveByPatternAsync("[a").Soon());
        Assert.Throws<FormatException>(() => bed.Cache.RemoveByPattern(@"a\"));
        Assert.True(bed.Cache.Contains("[a"));
    }

    [Fact]
    public async Task An_escaped_key_is_a_pattern_for_that_key_alone()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        var random = new Random(5);
        const string alphabet = @"ab*?[]\-!^:{}";
        string[] keys = [.. Enumerable.Range(0, 60).Select(_ => new string(random.GetItems<char>(alphabet, random.Next(1, 6)))).Distinct()];
        foreach (string key in keys)
            await bed.Cache.SetAsync(key, key).Soon();
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.Equal(1, await bed.Cache.RemoveByPatternAsync(CachePattern.Escape(keys[i])).Soon());
            Assert.False(await bed.Cache.ContainsAsync(keys[i]).Soon());
            Assert.Equal(keys.Length - i - 1, (await bed.Cache.GetManyAsync<string>(keys).Soon()).Count);
        }
    }
}
