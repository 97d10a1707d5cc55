using Larder.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;
using Larder.Stores;

namespace Larder.Redis.Tests.Connections;

public sealed class SeveralConnectionsStoreConformance(SharedRedis redis) : StoreConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace, options => options.ConnectionsPerServer = 3));
}

public sealed class SeveralConnectionsEpochConformance(SharedRedis redis) : EpochConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace, options => options.ConnectionsPerServer = 3));
}

public sealed class SeveralConnectionsLeaseConformance(SharedRedis redis) : LeaseConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace, options => options.ConnectionsPerServer = 3));
}

public sealed class SeveralConnectionsCoherenceConformance(SharedRedis redis) : CoherenceConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace, options => options.ConnectionsPerServer = 3));
}

public sealed class SeveralConnectionsBroadcastConformance(SharedRedis redis) : CoherenceConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace, options =>
    {
        options.ConnectionsPerServer = 3;
        options.Tracking = RedisTracking.Broadcast;
    }));
}

public sealed class SeveralConnectionsReconnectConformance(SharedRedis redis) : ReconnectConformance
{
    private readonly string _namespace = redis.NewNamespace();
    private readonly Dictionary<ICacheStore, CuttingProxy> _proxies = [];

    protected override ValueTask<ICacheStore> CreateStoreAsync()
    {
        var proxy = new CuttingProxy(redis.Server.Port);
        ICacheStore store = TestStores.Make(proxy.Address, _namespace, options => options.ConnectionsPerServer = 3);
        _proxies.Add(store, proxy);
        return new(store);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (CuttingProxy proxy in _proxies.Values)
            await proxy.DisposeAsync();
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
