using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Store;

/// <summary>Stores for tests: quick to notice and quick to come back.</summary>
internal static class TestStores
{
    public static RedisStore Make(RedisServer server, string @namespace = "", Action<RedisStoreOptions>? configure = null) => Make(server.Address, @namespace, configure);

    public static RedisStore Make(RedisCluster cluster, string @namespace = "", Action<RedisStoreOptions>? configure = null) => Make(cluster.Address, @namespace, configure);

    public static RedisStore Make(string address, string @namespace = "", Action<RedisStoreOptions>? configure = null)
    {
        var options = new RedisStoreOptions
        {
            Servers = address.Split(','),
            Namespace = @namespace,
            ReconnectDelay = TimeSpan.FromMilliseconds(5),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
            // A machine with other things to do must not look like a server that is gone.
            CommandTimeout = TimeSpan.FromSeconds(20),
            ConnectTimeout = TimeSpan.FromSeconds(20),
        };
        configure?.Invoke(options);
        return new RedisStore(options);
    }
}
