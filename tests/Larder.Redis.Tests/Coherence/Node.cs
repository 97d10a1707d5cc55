using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Coherence;

/// <summary>A process of an application, as far as the cache is concerned: memory in front of a store of its own.</summary>
internal sealed class Node : IAsyncDisposable
{
    private static readonly EntryOptions FromMemory = new() { Tiers = Tiers.Memory };

    public Node(RedisServer server, string @namespace, Action<RedisStoreOptions>? configureRedis = null, Action<CacheOptions>? configure = null)
        : this(server.Address, @namespace, configureRedis, configure)
    {
    }

    public Node(string address, string @namespace, Action<RedisStoreOptions>? configureRedis = null, Action<CacheOptions>? configure = null)
    {
        Store = TestStores.Make(address, @namespace, configureRedis);
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

    public RedisStore Store { get; }

    public string? InMemory(string key) => Cache.TryGet(key, out string value, FromMemory) ? value : null;

    public async Task<string> GetOrMakeAsync(string key, string value) => await Cache.GetOrSetAsync(key, _ => ValueTask.FromResult(value)).Soon();

    public Task UntilDroppedAsync(string key) => Waiting.UntilAsync(() => InMemory(key) is null, $"'{key}' stayed in memory.");

    /// <summary>What the cache's only entry is called on the server.</summary>
    public async Task<string> OnlyNameAsync(string @namespace)
    {
        var names = new List<string>();
        await foreach (string name in Store.ScanAsync("", default))
            names.Add(name);
        return @namespace + Assert.Single(names);
    }

    public ValueTask DisposeAsync() => Cache.DisposeAsync();
}
