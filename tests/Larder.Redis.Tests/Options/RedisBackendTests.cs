using Larder.Redis.Tests.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.Redis.Tests.Options;

public sealed class RedisBackendTests(SharedRedis redis)
{
    [Fact]
    public async Task A_cache_is_put_in_front_of_Redis_by_configuration_alone()
    {
        Dictionary<string, string?> settings = new()
        {
            ["Backend"] = "redis",
            ["BackendOptions:Servers:0"] = redis.Server.Address,
            ["BackendOptions:Namespace"] = redis.NewNamespace(),
        };
        await using ServiceProvider first = Build(settings);
        await using ServiceProvider second = Build(settings);

        await first.GetRequiredService<ICache>().SetAsync("a", 42);

        Assert.Equal(42, await second.GetRequiredService<ICache>().GetAsync<int>("a"));
    }

    [Theory]
    [InlineData("Adress", "redis://a", "Larder:BackendOptions:Adress is set, and the backend \"redis\" has no option \"Adress\"; known here are Address, ClientName, CommandTimeout, ConnectTimeout, ConnectionsPerServer, Database, HeartbeatInterval, MaxReconnectDelay, MaxReplyBytes, Namespace, Password, ReconnectDelay, Servers, TlsHost, Tracking, UseTls, User.")]
    [InlineData("Address", "http://a", "Larder:BackendOptions:Address is wrong: A Redis address begins with redis:// or rediss://, or is a list of hosts.")]
    [InlineData("Database", "-1", "Redis.Database is -1; it must be zero or more.")]
    [InlineData("Tracking", "Guess", "Larder:BackendOptions:Tracking is \"Guess\"; it must be one of ")]
    [InlineData("ConnectTimeout", "5", "Larder:BackendOptions:ConnectTimeout is \"5\"; it must be a span ")]
    public void What_is_wrong_is_told_before_anything_connects(string option, string value, string error)
    {
        using ServiceProvider provider = Build(new() { ["Backend"] = "redis", [$"BackendOptions:{option}"] = value });

        var invalid = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<CacheOptions>>().Value);

        Assert.StartsWith($"Cache \"default\": {error}", Assert.Single(invalid.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_and_servers_exclude_each_other()
    {
        using ServiceProvider provider = Build(new() { ["Backend"] = "redis", ["BackendOptions:Address"] = "redis://a", ["BackendOptions:Servers"] = "b:1" });

        var invalid = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<CacheOptions>>().Value);

        Assert.Contains("Larder:BackendOptions:Servers is wrong: Address is set, too; choose one.", invalid.Message);
    }

    private static ServiceProvider Build(Dictionary<string, string?> settings)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("Larder:" + pair.Key, pair.Value))).Build();
        return new ServiceCollection().AddLarder(configuration.GetSection("Larder")).Services.BuildServiceProvider();
    }
}
