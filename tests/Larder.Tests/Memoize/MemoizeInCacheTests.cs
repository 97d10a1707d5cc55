namespace Larder.Tests.Memoize;

public sealed class MemoizeInCacheTests
{
    [Fact]
    public async Task Results_live_in_the_partition_of_the_handle_and_go_by_key_and_pattern()
    {
        await using Cache cache = Cache.Create();
        int calls = 0;
        Func<int, int> Of(string user) => cache.For(new UserContext(user)).Memoize((int a) => (a * 100) + ++calls, "f");

        Assert.Equal(101, Of("u")(1));
        Assert.Equal(101, Of("u")(1));
        Assert.Equal(102, Of("v")(1));

        Assert.True(cache.For(new UserContext("u")).Remove(MemoizedKey.For("f", 1)));
        Assert.Equal(103, Of("u")(1));
        cache.For(new UserContext("u")).RemoveByPattern("m1/f/*");
        Assert.Equal(104, Of("u")(1));
        Assert.Equal(102, Of("v")(1));
    }
}
