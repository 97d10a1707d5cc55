using Larder.Conformance.Faults;
using Larder.Stores;

namespace Larder.Tests.Caching;

/// <summary>What a cache under test stands on.</summary>
public enum StoreKind
{
    /// <summary>Memory only.</summary>
    None,

    /// <summary>A store without any capability.</summary>
    Plain,

    /// <summary>A store with epochs, leases and coherence.</summary>
    Capable,
}

/// <summary>A cache on manual time, over a store that can be told to go wrong, and further caches over the same store.</summary>
internal sealed class Testbed : IAsyncDisposable
{
    private readonly InMemoryStore _data;
    private readonly StoreKind _kind;
    private readonly Action<CacheOptions>? _configure;
    private readonly List<Cache> _others = [];

    public Testbed(StoreKind kind = StoreKind.None, Action<CacheOptions>? configure = null)
    {
        _kind = kind;
        _configure = configure;
        _data = new InMemoryStore(new InMemoryStoreOptions { TimeProvider = Time });
        Store = Wrap(_data);
        Cache = Make(Store);
    }

    public ManualTimeProvider Time { get; } = new();

    /// <summary>What the cache's store calls go through.</summary>
    public FaultyStore Store { get; }

    public Cache Cache { get; }

    public bool HasStore => _kind != StoreKind.None;

    /// <summary>Another cache over the same data, with nothing in its memory: what it sees is what the store has.</summary>
    public Cache Another()
    {
        Cache cache = Make(Wrap(_data.Connect()));
        _others.Add(cache);
        return cache;
    }

    /// <summary>The keys that the store holds.</summary>
    public async Task<List<string>> StoredKeysAsync()
    {
        var keys = new List<string>();
        await foreach (string key in _data.ScanAsync("", CancellationToken.None))
            keys.Add(key);
        return keys;
    }

    public void Advance(TimeSpan by) => Time.Advance(by);

    public async ValueTask DisposeAsync()
    {
        Store.Heal();
        foreach (Cache other in _others)
            await other.DisposeAsync();
        // What is still to be written waits for its time.
        Task disposal = Cache.DisposeAsync().AsTask();
        while (!disposal.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(disposal, Task.Delay(1));
        }

        await disposal;
    }

    private FaultyStore Wrap(InMemoryStore data) => _kind == StoreKind.Capable ? new FaultyCapableStore(data) : new FaultyStore(data);

    private Cache Make(FaultyStore store) => Cache.Create(o =>
    {
        o.TimeProvider = Time;
        o.DefaultTtl = TimeSpan.FromMinutes(1);
        if (_kind != StoreKind.None)
            o.UseStore(store);
        _configure?.Invoke(o);
    });
}
