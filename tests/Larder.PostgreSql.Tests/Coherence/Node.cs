using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;

namespace Larder.PostgreSql.Tests.Coherence;

/// <summary>A process of an application, as far as the cache is concerned: memory in front of a store of its own.</summary>
internal sealed class Node : IAsyncDisposable
{
    private static readonly EntryOptions FromMemory = new() { Tiers = Tiers.Memory };

    public Node(PostgreSqlServer server, string table = "cache", Action<PostgreSqlStoreOptions>? configureStore = null, Action<CacheOptions>? configure = null)
        : this(server.Port, table, configureStore, configure)
    {
    }

    public Node(int port, string table = "cache", Action<PostgreSqlStoreOptions>? configureStore = null, Action<CacheOptions>? configure = null)
    {
        Store = TestStores.Make(port, table, configureStore);
        Cache = Larder.Cache.Create(options =>
        {
            options.DefaultTtl = TimeSpan.FromHours(1);
            // A machine with other things to do must not look like a store that is slow.
            options.Store.ReadTimeout = TimeSpan.FromSeconds(30);
            options.Store.WriteTimeout = TimeSpan.FromSeconds(30);
            options.Store.RecoveryInterval = TimeSpan.FromMilliseconds(50);
            options.Store.CircuitBreak = TimeSpan.FromMilliseconds(500);
            configure?.Invoke(options);
            options.UseStore(Store);
        });
    }

    public Cache Cache { get; }

    public PostgreSqlStore Store { get; }

    public string? InMemory(string key) => Cache.TryGet(key, out string value, FromMemory) ? value : null;

    public async Task<string> GetOrMakeAsync(string key, string value) => await Cache.GetOrSetAsync(key, _ => ValueTask.FromResult(value)).Soon();

    public Task UntilDroppedAsync(string key) => Waiting.UntilAsync(() => InMemory(key) is null, $"'{key}' stayed in memory.");

    public Task UntilListeningAsync() => Waiting.UntilAsync(() => Store.Statistics.IsListening, "Nobody listens.");

    /// <summary>What the cache's only entry is called in the store.</summary>
    public async Task<string> OnlyNameAsync()
    {
        var names = new List<string>();
        await foreach (string name in Store.ScanAsync("", default))
            names.Add(name);
        return Assert.Single(names);
    }

    public ValueTask DisposeAsync() => Cache.DisposeAsync();
}
