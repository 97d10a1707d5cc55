using System.Text.Json.Serialization;
using Larder;
using Larder.AotTest;
using Larder.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

// Each part uses what trimming could have taken away, and fails loudly when it has.
string folder = Directory.CreateTempSubdirectory("larder-aot-").FullName;
try
{
    await Part("core", Core);
    await Part("tenancy", Tenancy);
    await Part("store with source-generated JSON", Stored);
    await Part("snapshot", () => Snapshot(Path.Combine(folder, "cache.larder")));
    await Part("dependency injection and configuration", () => Hosted(folder));
    await Part("backend of a package, by its name alone", Backend);
}
finally
{
    Directory.Delete(folder, recursive: true);
}

return 0;

static async Task Part(string name, Func<Task> run)
{
    await run();
    Console.WriteLine($"ok: {name}");
}

static void Check(bool holds, string what)
{
    if (!holds)
        throw new InvalidOperationException($"It does not hold that {what}.");
}

static async Task Core()
{
    await using var cache = Cache.Create(o => o.MaxEntries = 100);
    int calls = 0;
    for (int i = 0; i < 2; i++)
    {
        Weather weather = await cache.GetOrSetAsync($"weather:{7}", _ => ValueTask.FromResult(new Weather("Paris", 21.5 + calls++)), ttl: TimeSpan.FromMinutes(1));
        Check(weather is { City: "Paris", Celsius: 21.5 }, "the first value is served twice");
    }

    cache.Set("tagged", 1, options: new EntryOptions { Tags = ["eu"] });
    await cache.RemoveByTagAsync("eu");
    await cache.RemoveByPatternAsync("weather:*");
    Check(!cache.TryGet("tagged", out int _) && !cache.TryGet("weather:7", out Weather _), "what was removed is gone");
    Check(cache.Statistics is { FactoryCalls: 1, Hits: 1 }, "calls are counted");
}

static async Task Tenancy()
{
    await using var cache = Cache.Create();
    foreach (string organization in (string[])["a", "b"])
    {
        using IDisposable context = UserContext.Use(new UserContext("7", organization));
        string owner = await cache.Collection("documents").For(CacheScope.Organization).GetOrSetAsync("list", _ => ValueTask.FromResult(organization));
        Check(owner == organization, "each organization has its own");
    }
}

static async Task Stored()
{
    var store = new InMemoryStore();
    await using Cache first = Cache.Create(o => Configure(o, store));
    await using Cache second = Cache.Create(o => Configure(o, store.Connect()));
    await first.SetAsync("w", new Weather("Oslo", -3));
    await first.SetAsync("list", new List<Weather> { new("Rome", 30) });
    await first.SetAsync("raw", new byte[] { 1, 2, 3 });
    await first.SetAsync("text", "text");
    await first.SetAsync("number", 42);

    Check((await second.GetAsync<Weather>("w")) is { City: "Oslo" }, "a record comes back from the store");
    Check((await second.GetAsync<List<Weather>>("list")) is [{ City: "Rome" }], "a list comes back from the store");
    Check((await second.GetAsync<byte[]>("raw")) is [1, 2, 3], "bytes come back from the store");
    Check((await second.GetAsync<string>("text")) == "text" && (await second.GetAsync<int>("number")) == 42, "primitives come back from the store");

    static void Configure(CacheOptions options, ICacheStore store)
    {
        options.Name = "shared";
        options.Serializer = CacheSerializers.Json(Contracts.Default);
        options.Compression = new CompressionOptions { ThresholdBytes = 0 };
        options.UseStore(store);
    }
}

static async Task Snapshot(string path)
{
    await using (Cache first = Cache.Create(o => Configure(o, path)))
        first.Set("w", new Weather("Lima", 19));
    await using Cache second = Cache.Create(o => Configure(o, path));
    Check(second.Get<Weather>("w") is { City: "Lima" }, "an entry comes back from the file");

    static void Configure(CacheOptions options, string path)
    {
        options.Serializer = CacheSerializers.Json(Contracts.Default);
        options.PersistTo(path);
    }
}

static async Task Hosted(string folder)
{
    string settings = Path.Combine(folder, "appsettings.json");
    string path = Path.Combine(folder, "hosted.larder");
    File.WriteAllText(settings, Settings(path, maxEntries: 50));
    IConfigurationRoot configuration = new ConfigurationBuilder().AddJsonFile(settings).Build();
    var services = new ServiceCollection();
    services.AddLarder(configuration.GetSection("Larder")).Configure(o => o.Serializer = CacheSerializers.Json(Contracts.Default));
    services.AddLarder("sessions", o => o.DefaultTtl = TimeSpan.FromMinutes(20));
    await using ServiceProvider provider = services.BuildServiceProvider();
    ICache cache = provider.GetRequiredService<ICache>();
    cache.Set("a", new Weather("Cairo", 35));

    CacheOptions options = provider.GetRequiredService<IOptions<CacheOptions>>().Value;
    Check(options is { MaxEntries: 50, Eviction: EvictionPolicy.Lru, Retry.Retries: 2 }, "options are bound");
    Check(provider.GetRequiredKeyedService<ICache>("sessions").Name == "sessions", "named caches are keyed services");
    File.WriteAllText(settings, Settings(path, maxEntries: 1));
    configuration.Reload();
    cache.Set("b", 1);
    Check(cache.Statistics.Entries == 1, "bounds change at run time");

    static string Settings(string path, int maxEntries) => $$"""
        { "Larder": { "Backend": "file", "BackendOptions": { "Path": "{{path}}", "Interval": "1m" }, "DefaultTtl": "10m", "MaxEntries": {{maxEntries}}, "Eviction": "Lru", "Retry": { "Retries": 2 } } }
        """;
}

// Nothing here names a type of Larder.Redis: the name in the configuration has to be enough.
static async Task Backend()
{
    IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Backend"] = "redis",
        ["BackendOptions:Nonsense"] = "1",
    }).Build();
    await using ServiceProvider provider = new ServiceCollection().AddLarder(configuration).Services.BuildServiceProvider();
    try
    {
        _ = provider.GetRequiredService<IOptions<CacheOptions>>().Value;
        Check(false, "an unknown option is refused");
    }
    catch (OptionsValidationException error)
    {
        Check(error.Message.Contains("MaxReconnectDelay", StringComparison.Ordinal), $"the backend is found and tells its options, and not: {error.Message}");
    }
}

namespace Larder.AotTest
{
    internal sealed record Weather(string City, double Celsius);

    [JsonSerializable(typeof(Weather))]
    [JsonSerializable(typeof(List<Weather>))]
    [JsonSerializable(typeof(string))]
    [JsonSerializable(typeof(int))]
    internal sealed partial class Contracts : JsonSerializerContext;
}
