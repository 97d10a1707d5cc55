using Larder.Redis.Keys;
using Larder.Redis.Tests.Coherence;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Connections;

/// <summary>Three connections to one server, each with a part of the keys.</summary>
public sealed class SeveralConnectionsTests(SharedRedis redis)
{
    private const int Keys = 24; // Enough that every connection carries some, whatever they are called.

    private readonly string _namespace = redis.NewNamespace();

    public static TheoryData<RedisTracking> Trackings => [.. Enum.GetValues<RedisTracking>()];

    [Fact]
    public void Every_key_belongs_to_exactly_one_connection_and_its_lease_to_the_same()
    {
        var names = new ServerKeys("ns:");
        int[] carried = new int[3];
        for (int i = 0; i < 300; i++)
        {
            byte[] entry = names.Entry($"key:{i}");
            Lane lane = Assert.Single(Enumerable.Range(0, 3).Select(index => new Lane(index, 3)), lane => lane.Carries(entry));
            Assert.True(lane.Carries(ServerKeys.Lease(entry)));
            carried[lane.Index]++;
        }

        Assert.All(carried, count => Assert.InRange(count, 60, 140));
        Assert.True(new Lane(0, 1).Carries("anything"u8));
    }

    [Theory]
    [MemberData(nameof(Trackings))]
    public async Task Change_of_any_key_is_seen_by_the_others_memory_and_own_changes_are_not_told(RedisTracking tracking)
    {
        await using Node one = Make(tracking);
        await using Node two = Make(tracking);
        for (int i = 0; i < Keys; i++)
            await one.Cache.SetAsync($"key:{i}", "old").Soon();
        for (int i = 0; i < Keys; i++)
            await Waiting.UntilAsync(async () => await two.GetOrMakeAsync($"key:{i}", "not needed") == "old" && two.InMemory($"key:{i}") == "old", "The entry did not come into memory.");

        for (int i = 0; i < Keys; i++)
            await one.Cache.SetAsync($"key:{i}", "new").Soon();

        for (int i = 0; i < Keys; i++)
            await two.UntilDroppedAsync($"key:{i}");
        // What the server has said so far has come before the answers to these, on every connection.
        for (int i = 0; i < Keys; i++)
            await one.Store.GetAsync($"missing:{i}", default);
        Assert.All(Enumerable.Range(0, Keys), i => Assert.Equal("new", one.InMemory($"key:{i}")));
    }

    [Fact]
    public async Task Server_sees_as_many_connections_as_are_wanted()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using RedisStore store = TestStores.Make(own, "", options => options.ConnectionsPerServer = 3);
        for (int i = 0; i < Keys; i++)
            await store.SetAsync($"key:{i}", "value"u8.ToArray(), null, default);

        Assert.Equal(3, (await IdsAsync(own)).Length);
        Assert.Equal(3, store.Statistics.Connections);
    }

    [Fact]
    public async Task Change_that_one_lost_connection_of_three_missed_is_noticed()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using var node = new Node(own, "", options => options.ConnectionsPerServer = 3);
        await using var other = new Node(own, "", options => options.ClientName = "other");
        for (int i = 0; i < Keys; i++)
            await other.Cache.SetAsync($"key:{i}", "old").Soon();
        for (int i = 0; i < Keys; i++)
            Assert.Equal("old", await node.GetOrMakeAsync($"key:{i}", "not needed"));

        string[] ids = await IdsAsync(own);
        Assert.Equal(3, ids.Length);
        for (int lost = 0; lost < ids.Length; lost++)
        {
            // With its connection the server forgets what it has to tell it: of a third of these nobody will be told.
            Assert.Equal("1", await own.CliAsync("CLIENT", "KILL", "ID", ids[lost]));
            for (int i = 0; i < Keys; i++)
                await other.Cache.SetAsync($"key:{i}", $"new {lost}").Soon();

            for (int i = 0; i < Keys; i++)
                await Waiting.UntilAsync(async () => await node.Cache.GetAsync<string>($"key:{i}") == $"new {lost}", $"'key:{i}' is still old.");
            Assert.True(node.Cache.Statistics.CoherenceLosses > lost);
            await Waiting.UntilAsync(() => node.Store.Statistics.Connections == 4 + lost, "No new connection was made.");
        }
    }

    [Fact]
    public async Task Many_keys_are_read_and_removed_over_all_connections()
    {
        await using RedisStore store = TestStores.Make(redis.Server, _namespace, options => options.ConnectionsPerServer = 3);
        string[] keys = [.. Enumerable.Range(0, Keys).Select(i => $"key:{i}")];
        foreach (string key in keys)
            await store.SetAsync(key, System.Text.Encoding.UTF8.GetBytes(key), null, default);

        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync(keys, default);

        Assert.Equal(keys, values.Select(value => System.Text.Encoding.UTF8.GetString(value!.Value.Span)));
        Assert.Equal(Keys, await store.RemoveManyAsync(keys, default));
    }

    private Node Make(RedisTracking tracking) => new(redis.Server, _namespace, options =>
    {
        options.ConnectionsPerServer = 3;
        options.Tracking = tracking;
    });

    // id=3 addr=127.0.0.1:46100 laddr=… fd=8 name=larder …
    private static async Task<string[]> IdsAsync(RedisServer server) =>
        [.. (await server.CliAsync("CLIENT", "LIST")).Split('\n').Where(line => line.Contains(" name=larder ", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]["id=".Length..])];
}
