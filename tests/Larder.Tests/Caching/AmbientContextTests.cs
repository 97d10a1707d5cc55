namespace Larder.Tests.Caching;

/// <summary>The context that flows with the work instead of being handed from call to call.</summary>
public sealed class AmbientContextTests : IAsyncDisposable
{
    private static readonly UserContext Ann = new("ann", "acme");
    private static readonly UserContext Bob = new("bob", "acme");

    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public void It_is_there_until_it_is_disposed_and_then_the_one_before_is()
    {
        Assert.Null(UserContext.Current);
        using (UserContext.Use(Ann))
        {
            Assert.Same(Ann, UserContext.Current);
            using (UserContext.Use(Bob))
                Assert.Same(Bob, UserContext.Current);
            Assert.Same(Ann, UserContext.Current);
        }

        Assert.Null(UserContext.Current);
    }

    [Fact]
    public async Task It_flows_into_what_is_awaited_and_not_out_of_it()
    {
        using (UserContext.Use(Ann))
        {
            Assert.Same(Ann, await Task.Run(() => UserContext.Current));
            await InnerAsync();
            Assert.Same(Ann, UserContext.Current);
        }

        static async Task InnerAsync()
        {
            using IDisposable use = UserContext.Use(Bob);
            await Task.Yield();
            Assert.Same(Bob, UserContext.Current);
        }
    }

    [Fact]
    public async Task Work_side_by_side_has_each_its_own()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using IDisposable use = UserContext.Use(new UserContext($"u{i}", "acme"));
            await Task.Yield();
            Cache.For(CacheScope.User).Set("k", i);
            await Task.Yield();
            Assert.Equal(i, Cache.For(CacheScope.User).Get<int>("k"));
        })).Soon();
    }

    [Fact]
    public void A_handle_keeps_the_context_of_the_moment_it_was_made()
    {
        Cache anns;
        using (UserContext.Use(Ann))
            anns = Cache.For(CacheScope.User);
        using (UserContext.Use(Bob))
            anns.Set("k", 1);

        Assert.Equal(1, Cache.For(Ann).Get<int>("k"));
        Assert.False(Cache.For(Bob).Contains("k"));
    }

    [Fact]
    public async Task A_factory_runs_under_the_context_of_who_started_it()
    {
        using (UserContext.Use(Ann))
        {
            Assert.Equal("ann", await Cache.GetOrSetAsync("k", async _ =>
            {
                await Task.Yield();
                return UserContext.Current!.UserId!;
            }).Soon());
        }
    }

    [Fact]
    public void Nothing_is_not_a_context() => Assert.Throws<ArgumentNullException>(() => UserContext.Use(null!));
}
