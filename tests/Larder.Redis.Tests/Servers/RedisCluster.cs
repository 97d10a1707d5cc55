using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Servers;

/// <summary>A real cluster of three primaries with a replica each, on this machine.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Primaries = 3;

    // On a busy machine half a dozen servers that start need seconds to answer each other; who does not is given up too soon.
    private const int NodeTimeoutAtStart = 15_000;

    private RedisCluster(RedisServer[] servers) => Servers = servers;

    /// <summary>The servers; at the start the first three are primaries.</summary>
    public RedisServer[] Servers { get; }

    public string Address => string.Join(',', Servers.Select(server => server.Address));

    public static async Task<RedisCluster> StartAsync(int nodeTimeout = 5000)
    {
        RedisServer[] servers = await Task.WhenAll(Enumerable.Range(0, 2 * Primaries).Select(_ => RedisServer.StartAsync(
            "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", $"{NodeTimeoutAtStart}", "--repl-diskless-sync-delay", "0")));
        var cluster = new RedisCluster(servers);
        string created = await servers[0].CliAsync(["--cluster", "create", .. servers.Select(server => server.Address), "--cluster-replicas", "1", "--cluster-yes"]);
        Assert.True(created.Contains("All 16384 slots covered"), created);
        await cluster.UntilHealthyAsync();
        foreach (RedisServer server in servers)
            Assert.Equal("OK", (await server.CliAsync("CONFIG", "SET", "cluster-node-timeout", $"{nodeTimeout}")).Trim());
        return cluster;
    }

    /// <summary>Waits until every server that runs knows who has which slot, and every primary has its replica.</summary>
    public async Task UntilHealthyAsync(int replicas = Primaries)
    {
        foreach (RedisServer server in Servers.Where(server => server.IsRunning))
        {
            await Waiting.UntilAsync(async () => (await server.CliAsync("CLUSTER", "INFO")).Contains("cluster_state:ok"), "The cluster did not come up.");
            await Waiting.UntilAsync(
                async () => (await server.CliAsync("CLUSTER", "NODES")).Split('\n').Count(line => line.Contains("slave") && !line.Contains("fail") && line.TrimEnd().EndsWith("connected", StringComparison.Ordinal) && !line.Contains("disconnected")) >= replicas,
                "The replicas did not come up.");
            if ((await server.CliAsync("ROLE")).StartsWith("slave", StringComparison.Ordinal))
                await Waiting.UntilAsync(async () => (await server.CliAsync("ROLE")).Contains("\nconnected"), "A replica has no link to its primary.");
        }
    }

    /// <summary>The server that has the slot of a key.</summary>
    public async Task<RedisServer> OwnerOfAsync(string key)
    {
        RedisServer asked = Servers.First(server => server.IsRunning);
        string slot = await asked.CliAsync("CLUSTER", "KEYSLOT", key);
        foreach (string line in (await asked.CliAsync("CLUSTER", "NODES")).Split('\n').Where(line => line.Contains("master") && !line.Contains("fail")))
        {
            string[] words = line.Split(' ');
            if (words.Skip(8).Any(range => Contains(range, int.Parse(slot))))
                return Servers.Single(server => words[1].StartsWith(server.Address + "@", StringComparison.Ordinal));
        }

        throw new InvalidOperationException($"Nobody has slot {slot}.");
    }

    public static async Task<string> IdOfAsync(RedisServer server) => await server.CliAsync("CLUSTER", "MYID");

    public async ValueTask DisposeAsync()
    {
        foreach (RedisServer server in Servers)
            await server.DisposeAsync();
    }

    private static bool Contains(string range, int slot)
    {
        string[] ends = range.Trim().Split('-');
        return int.TryParse(ends[0], out int first) && int.TryParse(ends[^1], out int last) && slot >= first && slot <= last;
    }
}
