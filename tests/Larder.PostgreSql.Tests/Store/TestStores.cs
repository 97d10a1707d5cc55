using Larder.PostgreSql.Tests.Servers;

namespace Larder.PostgreSql.Tests.Store;

/// <summary>Stores for tests: quick to notice, quick to come back, quick to sweep.</summary>
internal static class TestStores
{
    public static PostgreSqlStore Make(PostgreSqlServer server, string table = "cache", Action<PostgreSqlStoreOptions>? configure = null) => Make(server.Port, table, configure);

    public static PostgreSqlStore Make(int port, string table = "cache", Action<PostgreSqlStoreOptions>? configure = null)
    {
        var options = new PostgreSqlStoreOptions
        {
            ConnectionString = PostgreSqlServer.ConnectionStringAt(port) + ";Maximum Pool Size=20",
            Table = table,
            ReconnectDelay = TimeSpan.FromMilliseconds(5),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
            SweepInterval = TimeSpan.FromMilliseconds(100),
            // A machine with other things to do must not look like a server that is gone.
            CommandTimeout = TimeSpan.FromSeconds(20),
            ConnectTimeout = TimeSpan.FromSeconds(20),
        };
        configure?.Invoke(options);
        return new PostgreSqlStore(options);
    }
}
