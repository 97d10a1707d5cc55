using Larder.MongoDB.Tests.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.MongoDB.Tests.Options;

public sealed class MongoDbBackendTests(SharedMongo mongo)
{
    [Fact]
    public async Task A_cache_is_put_in_front_of_MongoDB_by_configuration_alone()
    {
        Dictionary<string, string?> settings = new()
        {
            ["Backend"] = "mongo",
            ["BackendOptions:Address"] = mongo.Address,
            ["BackendOptions:Database"] = mongo.NewDatabase(),
        };
        await using ServiceProvider first = Build(settings);
        await using ServiceProvider second = Build(settings);

        await first.GetRequiredService<ICache>().SetAsync("a", 42);

        Assert.Equal(42, await second.GetRequiredService<ICache>().GetAsync<int>("a"));
    }

    [Theory]
    [InlineData("Adress", "mongodb://a", "Larder:BackendOptions:Adress is set, and the backend \"mongo\" has no option \"Adress\"; known here are Address, ApplicationName, ")]
    [InlineData("Address", "http://a", "Larder:BackendOptions:Address is wrong: A MongoDB address begins with mongodb://.")]
    [InlineData("MaxPoolSize", "0", "MongoDb.MaxPoolSize is 0; it must be 1 or more")]
    [InlineData("ConnectTimeout", "5", "Larder:BackendOptions:ConnectTimeout is \"5\"; it must be a span ")]
    public void What_is_wrong_is_told_before_anything_connects(string option, string value, string error)
    {
        using ServiceProvider provider = Build(new() { ["Backend"] = "mongo", [$"BackendOptions:{option}"] = value });

        var invalid = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<CacheOptions>>().Value);

        Assert.StartsWith($"Cache \"default\": {error}", Assert.Single(invalid.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_and_servers_exclude_each_other()
    {
        using ServiceProvider provider = Build(new() { ["Backend"] = "mongo", ["BackendOptions:Address"] = "mongodb://a", ["BackendOptions:Servers"] = "b:1" });

        var invalid = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<CacheOptions>>().Value);

        Assert.Contains("Larder:BackendOptions:Servers is wrong: Address is set, too; choose one.", invalid.Message);
    }

    private static ServiceProvider Build(Dictionary<string, string?> settings)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("Larder:" + pair.Key, pair.Value))).Build();
        return new ServiceCollection().AddLarder(configuration.GetSection("Larder")).Services.BuildServiceProvider();
    }
}
