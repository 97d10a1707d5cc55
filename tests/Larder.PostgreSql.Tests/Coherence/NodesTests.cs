using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;

namespace Larder.PostgreSql.Tests.Coherence;

/// <summary>What one node does, another sees.</summary>
public sealed class NodesTests(SharedServer shared)
{
    private static readonly EntryOptions Tagged = new() { Tags = ["t"] };

    private readonly string _table = shared.NewTable();

    [Theory]
    [InlineData("set")]
    [InlineData("remove")]
    [InlineData("tag")]
    [InlineData("clear")]
    [InlineData("pattern")]
    public async Task Change_on_one_node_is_seen_by_the_others_memory(string change)
    {
        await using var one = new Node(shared.Server, _table);
        await using var two = new Node(shared.Server, _table);
        for (int round = 0; round < 3; round++)
        {
            await one.Cache.SetAsync("key", "old", options: Tagged).Soon();
            await Waiting.UntilAsync(async () => await two.GetOrMakeAsync("key", "not needed") == "old", "The write was not seen.");
            await one.Cache.SetAsync("key", "newer", options: Tagged).Soon();
            await Waiting.UntilAsync(async () => await two.GetOrMakeAsync("key", "not needed") == "newer", "The write was not seen.");

            await (change switch
            {
                "set" => two.Cache.SetAsync("key", "newest").Soon(),
                "remove" => two.Cache.RemoveAsync("key").Soon(),
                "tag" => two.Cache.RemoveByTagAsync("t").Soon(),
                "clear" => two.Cache.ClearAsync().Soon(),
                _ => two.Cache.RemoveByPatternAsync("k*").Soon(),
            });

            await one.UntilDroppedAsync("key");
            Assert.Equal(change == "set" ? "newest" : "made", await one.GetOrMakeAsync("key", "made"));
        }
    }

    [Fact]
    public async Task What_a_node_writes_stays_in_its_own_memory()
    {
        await using var one = new Node(shared.Server, _table);
        await using var two = new Node(shared.Server, _table);
        await one.Cache.SetAsync("key", "own").Soon();
        await two.Cache.SetAsync("fence", "value").Soon();
        await Waiting.UntilAsync(() => one.Store.Statistics.Notifications >= 2, "Nothing was told.");

        Assert.Equal("own", one.InMemory("key"));
    }

    [Fact]
    public async Task Cold_key_is_computed_once_for_all_nodes()
    {
        Node[] nodes = [.. Enumerable.Range(0, 4).Select(_ => new Node(shared.Server, _table))];
        for (int round = 0; round < 5; round++)
        {
            int calls = 0;
            string key = $"key:{round}";
            string[] answers = await Task.WhenAll(nodes.SelectMany(node => Enumerable.Range(0, 25).Select(_ => Task.Run(async () => await node.Cache.GetOrSetAsync(key, async _ =>
            {
                await Task.Delay(50);
                return $"value {Interlocked.Increment(ref calls)}";
            }))))).Soon();

            Assert.All(answers, answer => Assert.Equal("value 1", answer));
            Assert.Equal(1, calls);
        }

        foreach (Node node in nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Key_that_expired_and_is_swept_is_computed_once_for_all_nodes()
    {
        Node[] nodes = [.. Enumerable.Range(0, 3).Select(_ => new Node(shared.Server, _table, options => options.SweepInterval = TimeSpan.FromMilliseconds(2)))];
        int calls = 0;
        for (int round = 1; round <= 2; round++)
        {
            // While it is computed, its old row could be deleted, and told to be gone: that must not take anybody's value.
            int expected = round;
            string[] answers = await Task.WhenAll(nodes.Select(node => Task.Run(async () => await node.Cache.GetOrSetAsync(
                "key",
                async _ =>
                {
                    await Task.Delay(30);
                    return $"value {Interlocked.Increment(ref calls)}";
                },
                ttl: TimeSpan.FromSeconds(3))))).Soon();

            Assert.All(answers, answer => Assert.Equal($"value {expected}", answer));
            foreach (Node node in nodes)
                await Waiting.UntilAsync(async () => (await node.Cache.GetAsync<string>("key")) is null, "It does not expire.");
        }

        Assert.Equal(2, calls);
        foreach (Node node in nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Holder_that_vanishes_is_replaced_when_its_lease_runs_out()
    {
        await using PostgreSqlStore vanishing = TestStores.Make(shared.Server, _table);
        await using var node = new Node(shared.Server, _table);
        await node.Cache.SetAsync("key", "older").Soon();
        string name = await node.OnlyNameAsync();
        await node.Cache.RemoveAsync("key").Soon();
        string? lease = await vanishing.TryAcquireLeaseAsync(name, TimeSpan.FromMilliseconds(300), default);

        Assert.Equal("new", await node.GetOrMakeAsync("key", "new"));

        // And when it comes back, it is too late.
        Assert.False(await vanishing.SetWithLeaseAsync(name, lease!, "stale"u8.ToArray(), null, default));
        Assert.Equal("new", await node.Cache.GetAsync<string>("key").Soon());
    }

    [Fact]
    public async Task Entry_that_expires_while_it_is_being_renewed_does_not_void_the_lease()
    {
        await using PostgreSqlStore one = TestStores.Make(shared.Server, _table, options => options.SweepInterval = TimeSpan.FromMilliseconds(5));
        await using PostgreSqlStore two = TestStores.Make(shared.Server, _table);
        await one.SetAsync("key", "old"u8.ToArray(), TimeSpan.FromMilliseconds(50), default);
        await one.SetAsync("fence", "old"u8.ToArray(), TimeSpan.FromMilliseconds(60), default);
        string? lease = await one.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
        await Waiting.UntilAsync(async () => (long)(await shared.Server.SqlAsync($"SELECT count(*) FROM larder.{_table}"))! == 1, "Nothing was swept.");

        Assert.False((await two.GetAsync("key", default)).HasValue);
        Assert.Null(await two.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default));
        Assert.True(await one.SetWithLeaseAsync("key", lease!, "new"u8.ToArray(), null, default));
        Assert.Equal("new"u8.ToArray(), (await two.GetAsync("key", default))!.Value.ToArray());
    }

    [Fact]
    public async Task What_has_ended_is_swept_and_nothing_else()
    {
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table, options => options.SweepBatch = 7);
        for (int i = 0; i < 50; i++)
            await store.SetAsync($"ends:{i}", "value"u8.ToArray(), TimeSpan.FromMilliseconds(20), default);
        await store.TryAcquireLeaseAsync("leased for a moment", TimeSpan.FromMilliseconds(20), default);
        await store.SetAsync("stays", "value"u8.ToArray(), null, default);
        await store.SetAsync("stays for an hour", "value"u8.ToArray(), TimeSpan.FromHours(1), default);
        await store.TryAcquireLeaseAsync("leased for an hour", TimeSpan.FromHours(1), default);

        await Waiting.UntilAsync(async () => (long)(await shared.Server.SqlAsync($"SELECT count(*) FROM larder.{_table}"))! <= 3, "Not everything was swept.");

        Assert.Equal(51, store.Statistics.Swept);
        Assert.True((await store.GetAsync("stays", default)).HasValue);
        Assert.True((await store.GetAsync("stays for an hour", default)).HasValue);
        Assert.Null(await store.TryAcquireLeaseAsync("leased for an hour", TimeSpan.FromHours(1), default));
    }

    [Fact]
    public async Task Many_who_remove_the_same_keys_in_any_order_do_not_wait_in_a_circle()
    {
        await using PostgreSqlStore one = TestStores.Make(shared.Server, _table);
        await using PostgreSqlStore two = TestStores.Make(shared.Server, _table);
        string[] keys = [.. Enumerable.Range(0, 100).Select(i => $"key:{i}")];
        for (int round = 0; round < 10; round++)
        {
            await Task.WhenAll(keys.Select(key => one.SetAsync(key, "value"u8.ToArray(), null, default).AsTask()));

            long[] removed = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? one : two).RemoveManyAsync([.. i < 3 ? keys : keys.Reverse()], default).AsTask())).Soon();

            Assert.Equal(100, removed.Sum());
        }

        Assert.Equal(0, one.Statistics.Failures + two.Statistics.Failures);
    }
}
