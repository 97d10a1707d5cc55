using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.Sqlite.Tests.Store;

public sealed class SqliteBackendTests : IDisposable
{
    private readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_cache_is_put_in_front_of_a_file_by_configuration_alone()
    {
        Dictionary<string, string?> settings = new()
        {
            ["Backend"] = "sqlite",
            ["BackendOptions:Path"] = _database.Path,
            ["BackendOptions:Durability"] = "relaxed",
            ["BackendOptions:MaxBytes"] = "1000000",
            ["BackendOptions:SweepInterval"] = "5s",
        };
        await using ServiceProvider first = Build(settings);
        await using ServiceProvider second = Build(settings);

        await first.GetRequiredService<ICache>().SetAsync("a", 42);

        Assert.Equal(42, await second.GetRequiredService<ICache>().GetAsync<int>("a"));
    }

    [Theory]
    [InlineData("File", "x", "Larder:BackendOptions:File is set, and the backend \"sqlite\" has no option \"File\"; known here are BusyTimeout, DamagedFilesKept, Durability, MaxBytes, MaxEntries, Path, PollInterval, SweepInterval.")]
    [InlineData("MaxBytes", "0", "Sqlite.MaxBytes is 0; it must be 1 or more, or null for no bound.")]
    [InlineData("Durability", "Maybe", "Larder:BackendOptions:Durability is \"Maybe\"; it must be one of ")]
    [InlineData("Path", ":memory:", "Sqlite.Path is :memory:; ")]
    public void What_is_wrong_is_told_before_any_file_is_touched(string option, string value, string error)
    {
        using ServiceProvider provider = Build(new() { ["Backend"] = "sqlite", ["BackendOptions:Path"] = _database.Path, [$"BackendOptions:{option}"] = value });

        var invalid = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<CacheOptions>>().Value);

        Assert.StartsWith($"Cache \"default\": {error}", Assert.Single(invalid.Failures), StringComparison.Ordinal);
        Assert.Empty(_database.Files);
    }

    private static ServiceProvider Build(Dictionary<string, string?> settings)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("Larder:" + pair.Key, pair.Value))).Build();
        return new ServiceCollection().AddLarder(configuration.GetSection("Larder")).Services.BuildServiceProvider();
    }
}
