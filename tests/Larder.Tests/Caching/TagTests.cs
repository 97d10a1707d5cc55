namespace Larder.Tests.Caching;

/// <summary>Entries that are removed together by what they are about.</summary>
public sealed class TagTests
{
    public static TheoryData<StoreKind> Kinds => [.. Enum.GetValues<StoreKind>()];

    private static EntryOptions Tagged(params string[] tags) => new() { Tags = tags };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Entries_with_the_tag_go_and_others_stay(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await bed.Cache.SetAsync("a", 1, options: Tagged("x", "y")).Soon();
        await bed.Cache.SetAsync("b", 2, options: Tagged("y")).Soon();
        await bed.Cache.SetAsync("c", 3).Soon();
        await bed.Cache.SetAsync("d", 4, options: Tagged("X")).Soon();
        await bed.Cache.RemoveByTagAsync("x").Soon();

        Assert.Equal(["b", "c", "d"], (await bed.Cache.GetManyAsync<int>(["a", "b", "c", "d"]).Soon()).Keys.Order());
        if (bed.HasStore)
            Assert.Equal(["b", "c", "d"], (await bed.Another().GetManyAsync<int>(["a", "b", "c", "d"]).Soon()).Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_written_after_the_removal_stays(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        for (int i = 0; i < 3; i++)
        {
            await bed.Cache.SetAsync("k", i, options: Tagged("x")).Soon();
            await bed.Cache.RemoveByTagAsync("x").Soon();
            Assert.False(await bed.Cache.ContainsAsync("k").Soon());
            await bed.Cache.SetAsync("k", i, options: Tagged("x")).Soon();
            Assert.Equal(i, await bed.Cache.GetAsync<int>("k").Soon());
            if (bed.HasStore)
                Assert.Equal(i, await bed.Another().GetAsync<int>("k").Soon());
        }
    }

    [Fact]
    public async Task A_new_value_without_the_tag_is_not_removed_by_it()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", 1, options: Tagged("x"));
        bed.Cache.Set("k", 2);
        bed.Cache.RemoveByTag("x");

        Assert.Equal(2, bed.Cache.Get<int>("k"));
    }

    [Fact]
    public async Task A_tag_means_its_own_partition()
    {
        await using var bed = new Testbed();
        Cache[] handles =
        [
            bed.Cache,
            bed.Cache.Collection("a"),
            bed.Cache.Collection("b"),
            bed.Cache.Collection("a").For(new UserContext("u", "o")),
            bed.Cache.Collection("a").For(new UserContext("u", "o"), CacheScope.Organization),
        ];
        foreach (Cache handle in handles)
            handle.Set("k", 1, options: Tagged("x"));
        handles[1].RemoveByTag("x");

        Assert.Equal([true, false, true, true, true], handles.Select(handle => handle.Contains("k")));
    }

    [Fact]
    public async Task A_tag_that_nothing_carries_removes_nothing()
    {
        await using var bed = new Testbed();
        bed.Cache.Set("k", 1, options: Tagged("x"));
        bed.Cache.RemoveByTag("unknown");

        Assert.True(bed.Cache.Contains("k"));
    }

    [Fact]
    public async Task An_empty_tag_is_refused()
    {
        await using var bed = new Testbed();
        Assert.ThrowsAny<ArgumentException>(() => bed.Cache.RemoveByTag(""));
        Assert.ThrowsAny<ArgumentException>(() => bed.Cache.Set("k", 1, options: Tagged("x", "")));

        Assert.False(bed.Cache.Contains("k"));
    }

    [Fact]
    public async Task The_memory_of_removed_entries_is_reclaimed()
    {
        await using var bed = new Testbed();
        for (int i = 0; i < 100; i++)
            bed.Cache.Set($"k{i}", i, TimeSpan.FromHours(1), Tagged("x"));
        bed.Cache.RemoveByTag("x");
        bed.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(0, bed.Cache.Statistics.Entries);
        Assert.Equal(100, bed.Cache.Statistics.Removals);
    }

    [Fact]
    public async Task A_flight_that_began_before_a_removal_is_overtaken_even_when_tags_are_tidied_up_meanwhile()
    {
        await using var bed = new Testbed();
        var gate = new FactoryGate<int>(1);
        Task<int> call = bed.Cache.GetOrSetAsync("k", gate.RunAsync, options: Tagged("x")).AsTask();
        await gate.Started;
        bed.Cache.RemoveByTag("x");
        bed.Advance(TimeSpan.FromMinutes(10));
        await gate.OpenAsync();

        Assert.Equal(1, await call.Soon());
        Assert.False(bed.Cache.Contains("k"));
    }
}
