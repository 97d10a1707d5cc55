namespace Larder.Tests.Caching;

/// <summary>Factories that ask the cache: an error where it would be a deadlock, and nowhere else.</summary>
public sealed class ReentrancyTests : IAsyncDisposable
{
    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    private ValueTask<int> Ask(string key, Func<CancellationToken, ValueTask<int>> factory) => Cache.GetOrSetAsync(key, factory);

    private static ValueTask<int> One(CancellationToken _) => new(1);

    [Fact]
    public async Task A_factory_that_waits_for_itself_through_another_is_an_error()
    {
        ReentrantFactoryException error = await Assert.ThrowsAsync<ReentrantFactoryException>(
            () => Ask("a", _ => Ask("b", _ => Ask("c", _ => Ask("a", One)))).Soon());

        Assert.Contains("'a'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'c'", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await Ask("a", One).Soon());
    }

    [Fact]
    public void A_synchronous_factory_that_waits_for_itself_is_an_error()
    {
        Assert.Throws<ReentrantFactoryException>(() => Cache.GetOrSet("a", _ => Cache.GetOrSet("b", _ => Cache.GetOrSet("a", _ => 1))));
        Assert.Equal(1, Cache.GetOrSet("a", _ => 1));
    }

    [Fact]
    public async Task A_factory_that_asks_for_its_own_key_as_another_type_is_an_error() =>
        await Assert.ThrowsAsync<ReentrantFactoryException>(
            () => Ask("a", async _ => (await Cache.GetOrSetAsync("a", _ => new ValueTask<string>("x"))).Length).Soon());

    [Fact]
    public async Task Two_callers_whose_factories_wait_for_each_other_do_not_deadlock()
    {
        var both = new Barrier(2);
        async ValueTask<int> Cross(string other)
        {
            await Task.Run(both.SignalAndWait);
            return await Ask(other, One);
        }

        Task<int> a = Ask("a", _ => Cross("b")).AsTask();
        Task<int> b = Ask("b", _ => Cross("a")).AsTask();
        await Task.WhenAll(a, b).Soon().ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.True(a.IsCompleted && b.IsCompleted);
        Exception? error = (a.Exception ?? b.Exception)?.InnerException;
        Assert.IsType<ReentrantFactoryException>(error);
        Assert.Equal((1, 1), (await Ask("a", One).Soon(), await Ask("b", One).Soon()));
    }

    [Fact]
    public async Task A_factory_of_many_keys_that_asks_for_one_of_them_is_an_error()
    {
        async ValueTask<IReadOnlyDictionary<string, int>> Make(IReadOnlyList<string> keys, CancellationToken ct) =>
            new Dictionary<string, int> { ["a"] = await Ask("b", One) };

        await Assert.ThrowsAsync<ReentrantFactoryException>(() => Cache.GetOrSetManyAsync<int>(["a", "b"], Make).Soon());
    }

    [Fact]
    public async Task A_factory_of_many_keys_of_which_the_store_has_the_first_is_still_found_out()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        await bed.Another().SetAsync("a", 1).Soon();
        async ValueTask<IReadOnlyDictionary<string, int>> Make(IReadOnlyList<string> keys, CancellationToken ct) =>
            new Dictionary<string, int> { ["b"] = await bed.Cache.GetOrSetAsync("c", One) };

        await Assert.ThrowsAsync<ReentrantFactoryException>(() => bed.Cache.GetOrSetManyAsync<int>(["a", "b", "c"], Make).Soon());
    }

    [Fact]
    public async Task A_factory_that_waits_for_itself_through_many_keys_is_an_error()
    {
        async ValueTask<IReadOnlyDictionary<string, int>> Make(IReadOnlyList<string> keys, CancellationToken ct) =>
            new Dictionary<string, int> { ["b"] = await Ask("a", One), ["c"] = 1 };

        await Assert.ThrowsAsync<ReentrantFactoryException>(
            () => Ask("a", async _ => (await Cache.GetOrSetManyAsync<int>(["b", "c"], Make)).Count).Soon());
    }

    [Fact]
    public async Task A_factory_that_asks_for_its_own_key_among_many_is_an_error()
    {
        await Assert.ThrowsAsync<ReentrantFactoryException>(() => Ask("a", async _ => (await Cache.GetOrSetManyAsync<int>(["b", "a"], All)).Count).Soon());

        static ValueTask<IReadOnlyDictionary<string, int>> All(IReadOnlyList<string> keys, CancellationToken ct) =>
            new(keys.ToDictionary(key => key, _ => 1));
    }

    [Fact]
    public async Task Factories_may_use_each_others_values()
    {
        int value = await Ask("sum", async _ =>
        {
            int[] parts = await Task.WhenAll(
                Ask("x", _ => Ask("shared", One)).AsTask(),
                Ask("y", _ => Ask("shared", One)).AsTask(),
                Ask("shared", One).AsTask());
            return parts.Sum();
        }).Soon();

        Assert.Equal(3, value);
        Assert.Equal(4, Cache.Statistics.FactoryCalls);
    }

    [Fact]
    public async Task Two_callers_may_wait_for_the_same_third_at_once()
    {
        var shared = new FactoryGate<int>(1);
        Task<int> a = Ask("a", _ => Ask("shared", shared.RunAsync)).AsTask();
        Task<int> b = Ask("b", _ => Ask("shared", shared.RunAsync)).AsTask();
        Task<int> c = Ask("c", async _ => await Ask("shared", One) + await Ask("a", One) + await Ask("b", One)).AsTask();
        await shared.OpenAsync();

        Assert.Equal((1, 1, 3), (await a.Soon(), await b.Soon(), await c.Soon()));
    }

    [Fact]
    public async Task Work_that_a_factory_leaves_behind_may_ask_for_its_key()
    {
        var left = new TaskCompletionSource<Task<int>>();
        var go = new TaskCompletionSource();
        await Ask("a", _ =>
        {
            left.SetResult(LaterAsync());
            return new ValueTask<int>(1);
        }).Soon();
        Cache.Remove("a");
        go.SetResult();

        Assert.Equal(2, await (await left.Task).Soon());

        async Task<int> LaterAsync()
        {
            await go.Task;
            return await Ask("a", _ => new ValueTask<int>(2));
        }
    }

    [Fact]
    public async Task Work_that_was_cut_off_from_its_factory_may_wait_for_it()
    {
        var gate = new FactoryGate<int>(1);
        Task<int>? child = null;
        Task<int> parent = Ask("a", ct =>
        {
            using (ExecutionContext.SuppressFlow())
                child = Task.Run(() => Ask("a", One).AsTask(), CancellationToken.None);
            return gate.RunAsync(ct);
        }).AsTask();
        await Waiting.UntilAsync(() => Cache.Statistics.FlightsJoined == 1);
        await gate.OpenAsync();

        Assert.Equal((1, 1), (await parent.Soon(), await child!.Soon()));
    }

    [Fact]
    public async Task A_factory_may_read_write_and_remove_its_own_key()
    {
        int value = await Ask("a", async _ =>
        {
            Assert.False((await Cache.TryGetAsync<int>("a")).Found);
            Assert.False(await Cache.ContainsAsync("a"));
            await Cache.SetAsync("a", 5);
            Assert.True(await Cache.RemoveAsync("a"));
            return 1;
        }).Soon();

        Assert.Equal(1, value);
        Assert.False(Cache.Contains("a"));
    }

    [Fact]
    public async Task The_same_key_in_two_caches_is_not_the_same_flight()
    {
        await using Cache second = Cache.Create();
        Assert.Equal(1, await Ask("a", _ => second.GetOrSetAsync("a", One)).Soon());
    }

    [Fact]
    public async Task A_circle_through_two_caches_is_an_error()
    {
        await using Cache second = Cache.Create();
        await Assert.ThrowsAsync<ReentrantFactoryException>(() => Ask("a", _ => second.GetOrSetAsync("a", _ => Ask("a", One))).Soon());
    }
}
