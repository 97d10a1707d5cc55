using Microsoft.Extensions.DependencyInjection;

namespace Larder.Redis.Tests.Options;

public sealed class RedisUriTests
{
    [Fact]
    public void Everything_an_address_can_say_is_read()
    {
        RedisStoreOptions options = RedisStoreOptions.Parse("rediss://us%3Aer:p%40ss%2Fword@one:7000,two,[::1]:7002/3?namespace=app%3A&tracking=broadcast&clientName=web&tlsHost=redis.example&connectionsPerServer=3&connectTimeout=100&commandTimeout=200&heartbeatInterval=300");

        Assert.Equal(["one:7000", "two", "[::1]:7002"], options.Servers);
        Assert.Equal("us:er", options.User);
        Assert.Equal("p@ss/word", options.Password);
        Assert.Equal(3, options.Database);
        Assert.True(options.UseTls);
        Assert.Equal("app:", options.Namespace);
        Assert.Equal(RedisTracking.Broadcast, options.Tracking);
        Assert.Equal("web", options.ClientName);
        Assert.Equal("redis.example", options.TlsHost);
        Assert.Equal(3, options.ConnectionsPerServer);
        Assert.Equal([100, 200, 300], new[] { options.ConnectTimeout, options.CommandTimeout, options.HeartbeatInterval }.Select(span => span.TotalMilliseconds));
    }

    [Fact]
    public void Options_in_a_log_do_not_tell_the_password() =>
        Assert.Equal("RedisStoreOptions { Servers = a:1,b:2, Database = 3 }", RedisStoreOptions.Parse("redis://user:secret@a:1,b:2/3").ToString());

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:6379")]
    [InlineData("redis://localhost")]
    [InlineData("redis://localhost/")]
    [InlineData("REDIS://localhost:6379/0?")]
    public void Short_addresses_have_the_defaults(string address)
    {
        RedisStoreOptions options = RedisStoreOptions.Parse(address);

        Assert.StartsWith("localhost", Assert.Single(options.Servers));
        Assert.Null(options.Password);
        Assert.Equal(0, options.Database);
        Assert.False(options.UseTls);
    }

    [Theory]
    [InlineData("", "names no host")]
    [InlineData("redis://", "names no host")]
    [InlineData("http://localhost", "begins with redis://")]
    [InlineData("redis://localhost/x", "must be a number")]
    [InlineData("redis://localhost:0", "port of 1 to 65535")]
    [InlineData("redis://localhost:99999", "port of 1 to 65535")]
    [InlineData("redis://secret@localhost", "user:password")]
    [InlineData("redis://localhost?trackign=keys", "'trackign'")]
    [InlineData("redis://localhost?tracking=7", "Keys, Broadcast, Channel")]
    [InlineData("redis://localhost?commandTimeout=0", "1 or more")]
    [InlineData("redis://localhost?connectionsPerServer=many", "1 to 64")]
    [InlineData("redis://::1:6379", "brackets")]
    public void What_is_wrong_is_said(string address, string expected)
    {
        var error = Assert.Throws<FormatException>(() => RedisStoreOptions.Parse(address));

        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain("secret", error.Message);
    }

    [Fact]
    public void Options_out_of_range_are_told_together()
    {
        var error = Assert.Throws<InvalidCacheOptionsException>(() => new RedisStore(new RedisStoreOptions
        {
            Servers = ["a:b"],
            Database = -1,
            ClientName = "a b",
            CommandTimeout = TimeSpan.Zero,
            Tracking = (RedisTracking)9,
            User = "me",
            ConnectionsPerServer = 65,
            ReconnectDelay = TimeSpan.FromSeconds(10),
        }));

        Assert.Equal(8, error.Errors.Count);
        Assert.All(["Servers", "Database", "ClientName", "CommandTimeout", "Tracking", "User", "ConnectionsPerServer", "MaxReconnectDelay"], name => Assert.Contains(error.Errors, one => one.Contains($"Redis.{name}")));
    }

    [Fact]
    public async Task Host_gets_a_cache_in_front_of_a_store_and_bad_addresses_are_told_at_once()
    {
        var services = new ServiceCollection();
        Assert.Throws<FormatException>(() => services.AddLarder().UseRedis("redis://"));
        RedisStoreOptions? seen = null;
        services.AddLarder().UseRedis("redis://127.0.0.1:1/", options => seen = options);
        await using ServiceProvider provider = services.BuildServiceProvider();

        ICache cache = provider.GetRequiredService<ICache>();

        // Nobody is there: the cache goes on without.
        Assert.Equal(42, await cache.GetOrSetAsync("key", _ => ValueTask.FromResult(42)));
        Assert.Equal(["127.0.0.1:1"], seen!.Servers);
    }
}
