using System.Globalization;
using System.Text;
using Larder.Redis.Tests.Coherence;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Clusters;

/// <summary>A cluster that changes while it is used.</summary>
public sealed class ClusterChangeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Slot_that_moves_under_load_loses_nothing_and_its_changes_are_still_told(int connections)
    {
        await using RedisCluster cluster = await RedisCluster.StartAsync();
        await using RedisStore store = TestStores.Make(cluster, configure: options => options.ConnectionsPerServer = connections);
        await using var one = new Node(cluster.Address, "{tag}app:", options => options.ConnectionsPerServer = connections);
        await using var two = new Node(cluster.Address, "{tag}app:", options => options.ConnectionsPerServer = connections);
        await one.Cache.SetAsync("key", "old").Soon();
        Assert.Equal("old", await two.GetOrMakeAsync("key", "not needed"));
        const int Keys = 50;
        for (int i = 0; i < Keys; i++)
            await store.SetAsync($"{{tag}}{i}", "0"u8.ToArray(), null, default).Soon();
        using var done = new CancellationTokenSource();
        int[] written = new int[Keys];
        Task[] workers = [.. Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            for (int i = worker; !done.IsCancellationRequested; i = (i + 4) % (Keys / 4 * 4))
            {
                written[i]++;
                await store.SetAsync($"{{tag}}{i}", Encoding.ASCII.GetBytes($"{written[i]}"), null, default);
                ReadOnlyMemory<byte>?[] read = await store.GetManyAsync([$"{{tag}}{i}", $"{{tag}}{(i + 4) % Keys}"], default);
                Assert.Equal(written[i], int.Parse(read[0]!.Value.Span, CultureInfo.InvariantCulture));
            }
        }))];

        RedisServer from = await cluster.OwnerOfAsync("{tag}");
        RedisServer to = cluster.Servers.Take(3).First(server => server != from);
        string slot = await from.CliAsync("CLUSTER", "KEYSLOT", "{tag}");
        string fromId = await RedisCluster.IdOfAsync(from);
        string toId = await RedisCluster.IdOfAsync(to);
        await to.CliAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", fromId);
        await from.CliAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", toId);
        // Quoted, because not every name is a text: 1) "a\xff".
        while (await from.CliAsync("--no-raw", "CLUSTER", "GETKEYSINSLOT", slot, "5") is var names && names.Contains('"'))
        {
            string[] quoted = [.. names.Split('\n').Select(line => line[line.IndexOf('"')..].Trim())];
            Assert.Equal("OK", await from.CliAsync(["--quoted-input", "MIGRATE", "127.0.0.1", $"{to.Port}", "\"\"", "0", "10000", "KEYS", .. quoted]));
        }

        foreach (RedisServer server in (RedisServer[])[to, from, .. cluster.Servers.Take(3)])
            await server.CliAsync("CLUSTER", "SETSLOT", slot, "NODE", toId);

        await Waiting.UntilAsync(() => store.Statistics.Redirections > 0, "Nothing was redirected.");
        await done.CancelAsync();
        await Task.WhenAll(workers).Soon();
        await two.Cache.SetAsync("key", "new").Soon();
        await Waiting.UntilAsync(async () => await one.Cache.GetAsync<string>("key") == "new", "The change was not seen after the move.");
        await two.Cache.SetAsync("key", "newer").Soon();
        await Waiting.UntilAsync(() => one.InMemory("key") != "new", "The change was not told after the move.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Replica_takes_over_from_a_killed_primary(int connections)
    {
        await using RedisCluster cluster = await RedisCluster.StartAsync(nodeTimeout: 1500);
        await using var one = new Node(cluster.Address, "", options => options.ConnectionsPerServer = connections);
        await using var two = new Node(cluster.Address, "", options => options.ConnectionsPerServer = connections);
        await one.Cache.SetAsync("key", "old").Soon();
        Assert.Equal("old", await two.GetOrMakeAsync("key", "not needed"));
        string name = await one.OnlyNameAsync("");
        RedisServer owner = await cluster.OwnerOfAsync(name);
        await ReplicatedAsync(owner);

        await owner.KillAsync();
        Assert.Equal("made", await one.GetOrMakeAsync("other", "made")); // Answers go on, wherever the key is.

        await Waiting.UntilAsync(() => one.Cache.Statistics.CoherenceLosses > 0, "The loss was not noticed.");
        await Waiting.UntilAsync(() => one.Store.Statistics.Reverifications > 0 && two.Store.Statistics.Reverifications > 0, "Nobody took over.");
        await Waiting.UntilAsync(async () => await two.Cache.GetAsync<string>("key") == "old", "The entry was not read from the new primary.");
        await one.Cache.SetAsync("key", "new").Soon();
        await Waiting.UntilAsync(async () => await two.Cache.GetAsync<string>("key") == "new", "The change was not told by the new primary.");
        await one.Cache.RemoveAsync("key").Soon();
        await two.UntilDroppedAsync("key");
    }

    [Fact]
    public async Task Command_waits_for_the_replica_that_takes_over()
    {
        await using RedisCluster cluster = await RedisCluster.StartAsync(nodeTimeout: 1500);
        await using RedisStore store = TestStores.Make(cluster);
        await store.SetAsync("key", "old"u8.ToArray(), null, default);
        RedisServer owner = await cluster.OwnerOfAsync("key");
        await ReplicatedAsync(owner);

        await owner.KillAsync();

        Assert.Equal("old", Encoding.ASCII.GetString((await store.GetAsync("key", default).Soon())!.Value.Span));
        await store.SetAsync("key", "new"u8.ToArray(), null, default).Soon();
        Assert.True(await store.RemoveAsync("key", default).Soon());
    }

    // Not by WAIT, which waits for the writes of its own connection only.
    private static async Task ReplicatedAsync(RedisServer primary)
    {
        long written = Numbers(await primary.CliAsync("INFO", "replication"), "master_repl_offset:").Single();
        await Waiting.UntilAsync(
            async () => Numbers(await primary.CliAsync("INFO", "replication"), ",offset=").Any(offset => offset >= written),
            "No replica has what was written.");
    }

    private static IEnumerable<long> Numbers(string text, string label) =>
        text.Split(label).Skip(1).Select(static rest => long.Parse(string.Concat(rest.TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture));
}
