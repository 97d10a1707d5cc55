using System.Globalization;
using Larder.Redis.Tests.Coherence;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Clusters;

/// <summary>A primary with a replica, without a cluster.</summary>
public sealed class ReplicaTests
{
    [Fact]
    public async Task Primary_is_found_from_its_replica()
    {
        await using RedisServer primary = await RedisServer.StartAsync();
        await using RedisServer replica = await StartReplicaAsync(primary);
        await using RedisStore store = TestStores.Make(replica);

        await store.SetAsync("key", "value"u8.ToArray(), null, default).Soon();

        Assert.Equal("value", await primary.CliAsync("GET", "key"));
    }

    [Fact]
    public async Task Promoted_replica_is_found_when_the_primary_is_gone()
    {
        await using RedisServer primary = await RedisServer.StartAsync();
        await using RedisServer replica = await StartReplicaAsync(primary);
        await using var one = new Node($"{primary.Address},{replica.Address}", "");
        await using var two = new Node($"{primary.Address},{replica.Address}", "");
        await one.Cache.SetAsync("key", "old").Soon();
        Assert.Equal("old", await two.GetOrMakeAsync("key", "not needed"));
        await CatchUpAsync(replica, primary);

        await primary.KillAsync();
        await replica.CliAsync("REPLICAOF", "NO", "ONE");

        await Waiting.UntilAsync(() => one.Store.Statistics.Reverifications > 0 && two.Store.Statistics.Reverifications > 0, "The new primary was not found.");
        await Waiting.UntilAsync(async () => await one.Cache.GetAsync<string>("key") == "old", "The entry was not read from the new primary.");
        await two.Cache.SetAsync("key", "new").Soon();
        await Waiting.UntilAsync(async () => await one.Cache.GetAsync<string>("key") == "new", "The change was not told by the new primary.");
    }

    [Fact]
    public async Task Primary_that_becomes_a_replica_is_left()
    {
        await using RedisServer first = await RedisServer.StartAsync();
        await using RedisServer second = await StartReplicaAsync(first);
        await using RedisStore store = TestStores.Make($"{first.Address},{second.Address}");
        await store.SetAsync("key", "old"u8.ToArray(), null, default).Soon();

        await second.CliAsync("REPLICAOF", "NO", "ONE");
        await first.CliAsync("REPLICAOF", "127.0.0.1", $"{second.Port}");
        await store.SetAsync("key", "new"u8.ToArray(), null, default).Soon();

        Assert.Equal("new", await second.CliAsync("GET", "key"));
    }

    // WAIT would wait for what its own connection has written.
    private static async Task CatchUpAsync(RedisServer replica, RedisServer primary)
    {
        long written = await OffsetAsync(primary, line: 1);
        await Waiting.UntilAsync(async () => await OffsetAsync(replica, line: 4) >= written, "The replica does not catch up.");
    }

    private static async Task<long> OffsetAsync(RedisServer server, int line) =>
        long.Parse((await server.CliAsync("ROLE")).Split('\n')[line], CultureInfo.InvariantCulture);

    private static async Task<RedisServer> StartReplicaAsync(RedisServer primary)
    {
        RedisServer replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{primary.Port}", "--repl-diskless-sync-delay", "0");
        await Waiting.UntilAsync(async () => (await replica.CliAsync("ROLE")).Contains("\nconnected"), "The replica has no link to its primary.");
        return replica;
    }
}
