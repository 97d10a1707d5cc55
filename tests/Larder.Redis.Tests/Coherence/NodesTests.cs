using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Coherence;

/// <summary>What one node does, another sees.</summary>
public sealed class NodesTests(SharedRedis redis)
{
    private static readonly EntryOptions Tagged = new() { Tags = ["t"] };

    private readonly string _namespace = redis.NewNamespace();

    public static TheoryData<string, RedisTracking> Changes
    {
        get
        {
            var data = new TheoryData<string, RedisTracking>();
            foreach (string change in (string[])["set", "remove", "tag", "clear", "pattern"])
            {
                foreach (RedisTracking tracking in Enum.GetValues<RedisTracking>())
                    data.Add(change, tracking);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Change_on_one_node_is_seen_by_the_others_memory(string change, RedisTracking tracking)
    {
        await using var one = new Node(redis.Server, _namespace, options => options.Tracking = tracking);
        await using var two = new Node(redis.Server, _namespace, options => options.Tracking = tracking);
        for (int round = 0; round < 3; round++)
        {
            await one.Cache.SetAsync("key", "old", options: Tagged).Soon();
            await Waiting.UntilAsync(async () => await two.GetOrMakeAsync("key", "not needed") == "old", "The write was not seen.");
            await one.Cache.SetAsync("key", "newer", options: Tagged).Soon();
            await Waiting.UntilAsync(async () => await two.GetOrMakeAsync("key", "not needed") == "newer", "The write was not seen.");

            switch (change)
            {
                case "set":
                    await two.Cache.SetAsync("key", "newest").Soon();
                    break;
                case "remove":
                    await two.Cache.RemoveAsync("key").Soon();
                    break;
                case "tag":
                    await two.Cache.RemoveByTagAsync("t").Soon();
                    break;
                case "clear":
                    await two.Cache.ClearAsync().Soon();
                    break;
                default:
                    await two.Cache.RemoveByPatternAsync("k*").Soon();
                    break;
            }

            await one.UntilDroppedAsync("key");
            Assert.Equal(change == "set" ? "newest" : "made", await one.GetOrMakeAsync("key", "made"));
        }
    }

    [Fact]
    public async Task Cold_key_is_computed_once_for_all_nodes()
    {
        Node[] nodes = [.. Enumerable.Range(0, 4).Select(_ => new Node(redis.Server, _namespace))];
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
    public async Task Holder_that_vanishes_is_replaced_when_its_lease_runs_out()
    {
        await using RedisStore vanishing = TestStores.Make(redis.Server, _namespace);
        await using var node = new Node(redis.Server, _namespace);
        await node.Cache.SetAsync("key", "older").Soon();
        string name = await node.OnlyNameAsync("");
        await node.Cache.RemoveAsync("key").Soon();
        string? lease = await vanishing.TryAcquireLeaseAsync(name, TimeSpan.FromMilliseconds(300), default);

        Assert.Equal("new", await node.GetOrMakeAsync("key", "new"));

        // And when it comes back, it is too late.
        Assert.False(await vanishing.SetWithLeaseAsync(name, lease!, "stale"u8.ToArray(), null, default));
        Assert.Equal("new", await node.Cache.GetAsync<string>("key").Soon());
    }

    [Fact]
    public async Task Entry_that_is_being_renewed_stays_readable_and_its_lease_ends_with_it()
    {
        await using RedisStore one = TestStores.Make(redis.Server, _namespace);
        await using RedisStore two = TestStores.Make(redis.Server, _namespace);
        await one.SetAsync("key", "old"u8.ToArray(), TimeSpan.FromHours(1), default);
        string? lease = await one.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
        Assert.NotNull(lease);
        Assert.Null(await two.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default));
        Assert.True((await two.GetAsync("key", default)).HasValue);

        // Not by a store, and so without a word about the lease.
        await redis.Server.CliAsync("SET", _namespace + "key", "from outside");

        Assert.False(await one.SetWithLeaseAsync("key", lease, "stale"u8.ToArray(), null, default));
        Assert.Equal("from outside", await redis.Server.CliAsync("GET", _namespace + "key"));
        Assert.NotNull(await two.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default));
    }

    [Fact]
    public async Task Entry_that_changes_while_its_renewal_elsewhere_is_waited_for_leaves_memory()
    {
        await using var node = new Node(redis.Server, _namespace);
        await using RedisStore renewing = TestStores.Make(redis.Server, _namespace);
        await node.Cache.SetAsync("key", "old").Soon();
        string name = (await node.OnlyNameAsync(_namespace))[_namespace.Length..];
        Assert.NotNull(await renewing.TryAcquireLeaseAsync(name, TimeSpan.FromHours(1), default));
        long before = node.Store.Statistics.Commands;
        Task waiting = node.Store.WaitForLeaseAsync(name, default).AsTask();
        await Waiting.UntilAsync(() => node.Store.Statistics.Commands > before, "Nobody asks for the lease.");

        await redis.Server.CliAsync("SET", _namespace + name, "from outside");

        await node.UntilDroppedAsync("key");
        await waiting.Soon();
    }

    [Fact]
    public async Task Entry_that_expires_while_it_is_being_renewed_does_not_void_the_lease()
    {
        await using RedisStore one = TestStores.Make(redis.Server, _namespace);
        await using RedisStore two = TestStores.Make(redis.Server, _namespace);
        await one.SetAsync("key", "old"u8.ToArray(), TimeSpan.FromMilliseconds(50), default);
        string? lease = await one.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
        await Waiting.UntilAsync(async () => !(await two.GetAsync("key", default)).HasValue, "The entry did not expire.");

        Assert.Null(await two.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default));
        Assert.True(await one.SetWithLeaseAsync("key", lease!, "new"u8.ToArray(), null, default));
        Assert.Equal("new", await redis.Server.CliAsync("GET", _namespace + "key"));
    }
}
