using Larder.Conformance;
using Larder.MongoDB.Tests.Servers;
using Larder.Stores;

namespace Larder.MongoDB.Tests.Store;

/// <summary>What needs servers that tell of changes: those of the run, or, when they are real ones that do not, one in this process.</summary>
public sealed class CoherentServers : IAsyncDisposable
{
    private readonly MongoServer? _own;

    public CoherentServers(SharedMongo mongo)
    {
        if (!mongo.TellsOfChanges)
            _own = new MongoServer(setName: "larder");
        Address = _own is null ? mongo.Address : $"mongodb://{_own.Address}/?replicaSet=larder";
        // A real server looks for what has ended once a minute.
        Patience = _own is null && mongo.IsReal ? TimeSpan.FromSeconds(150) : TimeSpan.FromSeconds(30);
    }

    public string Address { get; }

    public TimeSpan Patience { get; }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
            await _own.DisposeAsync();
    }
}

public sealed class MongoDbStoreCoherenceConformance(SharedMongo mongo) : CoherenceConformance
{
    private readonly CoherentServers _servers = new(mongo);
    private readonly string _database = mongo.NewDatabase();

    protected override TimeSpan Patience => _servers.Patience;

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(_servers.Address, _database));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _servers.DisposeAsync();
    }
}

/// <summary>Leases, where the stores hear of changes and do not have to ask.</summary>
public sealed class MongoDbStoreObservedLeaseConformance(SharedMongo mongo) : LeaseConformance
{
    private readonly CoherentServers _servers = new(mongo);
    private readonly string _database = mongo.NewDatabase();

    protected override async ValueTask<ICacheStore> CreateStoreAsync()
    {
        MongoDbStore store = TestStores.Make(_servers.Address, _database);
        Assert.IsType<ICoherentStore>(store, exactMatch: false).Observe(new RecordingObserver());
        await store.GetAsync("key", default);
        Assert.True(store.Statistics.IsToldOfChanges);
        return store;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _servers.DisposeAsync();
    }
}

/// <summary>A proxy in the way of each store; the one server behind it is used as it is.</summary>
public sealed class MongoDbStoreReconnectConformance : ReconnectConformance
{
    private readonly MongoServer _server = new(setName: "larder");
    private readonly Dictionary<ICacheStore, CuttingProxy> _proxies = [];

    protected override ValueTask<ICacheStore> CreateStoreAsync()
    {
        var proxy = new CuttingProxy(_server.Port);
        ICacheStore store = TestStores.Make($"mongodb://{proxy.Address}/?directConnection=true&replicaSet=larder");
        _proxies.Add(store, proxy);
        return new(store);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (CuttingProxy proxy in _proxies.Values)
            await proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    protected override Task DropAsync(ICacheStore store)
    {
        _proxies[store].Cut();
        return Task.CompletedTask;
    }

    protected override Task RestoreAsync(ICacheStore store)
    {
        _proxies[store].Mend();
        return Task.CompletedTask;
    }
}
