using Larder.PostgreSql.Tests.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Larder.PostgreSql.Tests.Options;

public sealed class PostgreSqlBackendTests(SharedServer shared)
{
    [Fact]
    public async Task A_cache_is_put_in_front_of_PostgreSQL_by_configuration_alone()
    {
        Dictionary<string, string?> settings = new()
        {
            ["Backend"] = "postgres",
            ["BackendOptions:ConnectionString"] = shared.Server.ConnectionString,
            ["BackendOptions:Table"] = shared.NewTable(),
            ["BackendOptions:Unlogged"] = "true",
        };
        await using ServiceProvider first = Build(settings);
        await using ServiceProvider second = Build(settings);

        await first.GetRequiredService<ICache>().SetAsync("a", 42);

        Assert.Equal(42, await second.GetRequiredService<ICache>().GetAsync<int>("a"));
    }

    [Fact]
    public async Task Without_a_connection_string_the_hosts_data_source_is_used()
    {
        string table = shared.NewTable();
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(shared.Server.ConnectionString);
        await using ServiceProvider provider = Build(new() { ["Backend"] = "postgres", ["BackendOptions:Table"] = table }, services => services.AddSingleton(source));

        await provider.GetRequiredService<ICache>().SetAsync("a", 42);

        Assert.Equal(1L, await shared.Server.SqlAsync($"SELECT count(*) FROM larder.{table}"));
    }

    [Theory]
    [InlineData("ConectionString", "Host=a", "Larder:BackendOptions:ConectionString is set, and the backend \"postgres\" has no option \"ConectionString\"; known here are CommandTimeout, ConnectTimeout, ConnectionString, CreateSchema, HeartbeatInterval, MaxReconnectDelay, ReconnectDelay, Schema, SweepBatch, SweepInterval, Table, Unlogged.")]
    [InlineData("ConnectionString", "nonsense", "PostgreSql.ConnectionString cannot be read")]
    [InlineData("Table", "a-b", "PostgreSql.Table is 'a-b'; it must be of letters, digits and underscores")]
    [InlineData("SweepBatch", "0", "PostgreSql.SweepBatch is 0; it must be 1 to 100,000.")]
    [InlineData("SweepInterval", "5", "Larder:BackendOptions:SweepInterval is \"5\"; it must be a span ")]
    public void What_is_wrong_is_told_before_anything_connects(string option, string value, string error)
    {
        using ServiceProvider provider = Build(new() { ["Backend"] = "postgres", [$"BackendOptions:{option}"] = value });

        var invalid = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<CacheOptions>>().Value);

        Assert.StartsWith($"Cache \"default\": {error}", Assert.Single(invalid.Failures), StringComparison.Ordinal);
    }

    private static ServiceProvider Build(Dictionary<string, string?> settings, Action<IServiceCollection>? configure = null)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("Larder:" + pair.Key, pair.Value))).Build();
        var services = new ServiceCollection();
        configure?.Invoke(services);
        return services.AddLarder(configuration.GetSection("Larder")).Services.BuildServiceProvider();
    }
}
