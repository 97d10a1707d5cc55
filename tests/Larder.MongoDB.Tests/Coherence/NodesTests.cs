using Larder.Conformance;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Tests.Servers;
using Larder.MongoDB.Tests.Store;
using Larder.Stores;

namespace Larder.MongoDB.Tests.Coherence;

/// <summary>What one node of an application does, another sees; memory in front of a store of its own each.</summary>
public sealed class NodesTests(SharedMongo mongo) : IAsyncDisposable
{
    private static readonly EntryOptions FromMemory = new() { Tiers = Tiers.Memory };
    private static readonly EntryOptions Tagged = new() { Tags = ["t"] };

    private readonly CoherentServers _servers = new(mongo);
    private readonly string _database = mongo.NewDatabase();
    private readonly List<Cache> _caches = [];

    public async ValueTask DisposeAsync()
    {
        foreach (Cache cache in _caches)
            await cache.DisposeAsync();
        await _servers.DisposeAsync();
    }

    [Theory]
    [InlineData("set")]
    [InlineData("remove")]
    [InlineData("tag")]
    [InlineData("clear")]
    [InlineData("pattern")]
    [InlineData("by hand")]
    [InlineData("deleted by hand")]
    public async Task Change_on_one_node_is_seen_by_the_others_memory(string change)
    {
        Cache one = Node();
        Cache two = Node();
        for (int round = 0; round < 3; round++)
        {
            await one.SetAsync("key", "old", options: Tagged).Soon();
            await Waiting.UntilAsync(async () => await two.GetOrSetAsync("key", _ => ValueTask.FromResult("not needed"), options: Tagged) == "old", "The write was not seen.");
            Assert.True(one.TryGet("key", out string _, FromMemory));

            switch (change)
            {
                case "set":
                    await two.SetAsync("key", "newest").Soon();
                    break;
                case "remove":
                    await two.RemoveAsync("key").Soon();
                    break;
                case "tag":
                    await two.RemoveByTagAsync("t").Soon();
                    break;
                case "clear":
                    await two.ClearAsync().Soon();
                    break;
                case "pattern":
                    await two.RemoveByPatternAsync("k*").Soon();
                    break;
                default:
                    await ChangeByHandAsync(change == "by hand");
                    break;
            }

            await Waiting.UntilAsync(() => !one.TryGet("key", out string _, FromMemory), "The old value stayed in memory.");
            // Who has read since a clear stamps what it writes as later than that.
            await one.TryGetAsync<string>("key").Soon();
        }
    }

    [Fact]
    public async Task One_node_of_all_computes_and_what_it_makes_is_kept_by_all()
    {
        Cache[] nodes = [Node(), Node(), Node()];
        for (int round = 0; round < 10; round++)
        {
            string key = $"key{round}";
            int computed = 0;
            int[] values = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => nodes[i % 3].GetOrSetAsync(key, async _ =>
            {
                await Task.Delay(30);
                return Interlocked.Increment(ref computed);
            }).AsTask())).Soon();

            Assert.All(values, value => Assert.Equal(1, value));
            Assert.Equal(1, computed);
            Assert.All(nodes, node => Assert.True(node.TryGet(key, out int kept) && kept == 1));
        }
    }

    [Fact]
    public async Task What_is_computed_right_after_an_own_removal_is_kept()
    {
        // The server tells of the removal a moment later; a node that took it for somebody else's would drop the new value.
        Cache node = Node();
        int computed = 0;
        for (int round = 0; round < 50; round++)
        {
            await node.GetOrSetAsync("key", _ => ValueTask.FromResult(++computed)).Soon();
            await node.RemoveAsync("key").Soon();
            await node.GetOrSetAsync("key", _ => ValueTask.FromResult(++computed)).Soon();
            await node.GetOrSetAsync("key", _ => ValueTask.FromResult(++computed)).Soon();
            await node.RemoveManyAsync(["key", "another"]).Soon();
        }

        Assert.Equal(100, computed);
    }

    [Fact]
    public async Task Own_changes_are_not_told()
    {
        await using MongoDbStore store = TestStores.Make(_servers.Address, _database);
        await using MongoDbStore other = TestStores.Make(_servers.Address, _database);
        var observer = new RecordingObserver();
        ((ICoherentStore)store).Observe(observer);
        for (int round = 0; round < 5; round++)
        {
            await store.SetAsync("key", new byte[1], null, default);
            await store.SetTimeToLiveAsync("key", TimeSpan.FromHours(1), default);
            string? lease = await store.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
            await store.SetWithLeaseAsync("key", lease!, new byte[2], null, default);
            await store.RemoveAsync("key", default);
            lease = await store.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
            await store.ReleaseLeaseAsync("key", lease!, default);
            await store.SetAsync("key", new byte[1], null, default);
            await store.RemoveManyAsync(["key", "missing"], default);
            await store.BumpEpochAsync("name", default);
        }

        await other.SetAsync("fence", new byte[1], null, default);
        await Waiting.UntilAsync(() => observer.CountChanged("fence") > 0, "Nothing was told.");
        Assert.Equal((0, 0), (observer.CountChanged("key"), observer.CountEpochChanged("name")));
        Assert.True(store.Statistics.Changes > 40);
    }

    [Fact]
    public async Task Document_put_back_by_hand_with_an_own_stamp_is_told()
    {
        await using MongoDbStore store = TestStores.Make(_servers.Address, _database);
        var observer = new RecordingObserver();
        ((ICoherentStore)store).Observe(observer);
        await store.SetAsync("key", new byte[1], null, default);
        BsonDocument document = Assert.Single(await TestStores.ListAsync(_servers.Address, _database, "entries"));
        var changed = new BsonDocument();
        foreach ((string name, BsonValue value) in document)
            changed.Add(name, name == "value" ? new BsonBinary(new byte[200]) : value);

        await TestStores.RunAsync(_servers.Address, _database, new BsonDocument
        {
            { "update", "entries" },
            { "updates", new BsonArray { new BsonDocument { { "q", new BsonDocument { { "_id", "key" } } }, { "u", changed } } } },
        });

        await Waiting.UntilAsync(() => observer.CountChanged("key") == 1, "The change was taken for an own one.");
    }

    [Fact]
    public async Task Collection_that_is_dropped_takes_everything_out_of_memory_and_gets_its_index_again()
    {
        Cache node = Node();
        await node.SetAsync("key", "value").Soon();
        Assert.True(node.TryGet("key", out string _, FromMemory));

        await TestStores.RunAsync(_servers.Address, _database, new BsonDocument { { "drop", "app.default" } });

        await Waiting.UntilAsync(() => !node.TryGet("key", out string _), "What was dropped stayed.");
        await node.SetAsync("key", "value").Soon();
        BsonDocument reply = await TestStores.RunAsync(_servers.Address, _database, new BsonDocument { { "listIndexes", "app.default" } });
        Assert.Contains(reply["cursor"]["firstBatch"].AsArray!, index => index["name"].AsString == "larder_ttl");
    }

    private async Task ChangeByHandAsync(bool update)
    {
        BsonDocument query = new() { { "scope", "global" } };
        await TestStores.RunAsync(_servers.Address, _database, update
            ? new BsonDocument { { "update", "app.default" }, { "updates", new BsonArray { new BsonDocument { { "q", query }, { "u", new BsonDocument { { "$set", new BsonDocument { { "value", new BsonBinary(new byte[1]) } } } } }, { "multi", true } } } } }
            : new BsonDocument { { "delete", "app.default" }, { "deletes", new BsonArray { new BsonDocument { { "q", query }, { "limit", 0 } } } } });
    }

    private Cache Node()
    {
        MongoDbStore store = TestStores.Make(_servers.Address, _database);
        Cache cache = Larder.Cache.Create(options =>
        {
            options.Name = "app";
            options.DefaultTtl = TimeSpan.FromHours(1);
            // A machine with other things to do must not look like a store that is slow.
            options.Store.ReadTimeout = TimeSpan.FromSeconds(30);
            options.Store.WriteTimeout = TimeSpan.FromSeconds(30);
            options.UseStore(store);
        });
        _caches.Add(cache);
        return cache;
    }
}
