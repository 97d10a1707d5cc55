using Larder.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Stores;

namespace Larder.Redis.Tests.Store;

public sealed class RedisStoreConformance(SharedRedis redis) : StoreConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace));
}

public sealed class RedisStoreEpochConformance(SharedRedis redis) : EpochConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace));
}

public sealed class RedisStoreLeaseConformance(SharedRedis redis) : LeaseConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace));
}

public sealed class RedisStoreCoherenceConformance(SharedRedis redis) : CoherenceConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace));
}

public sealed class RedisStoreBroadcastConformance(SharedRedis redis) : CoherenceConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace, options => options.Tracking = RedisTracking.Broadcast));
}

public sealed class RedisStoreBroadcastLeaseConformance(SharedRedis redis) : LeaseConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace, options => options.Tracking = RedisTracking.Broadcast));
}

public sealed class RedisStoreTenancyConformance(SharedRedis redis) : TenancyConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace));
}

public sealed class RedisStoreClockSkewConformance(SharedRedis redis) : ClockSkewConformance
{
    private readonly string _namespace = redis.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(redis.Server, _namespace));

    protected override ValueTask<ICacheStore> CreateSkewedStoreAsync(TimeSpan skew) =>
        new(TestStores.Make(redis.Server, _namespace, options => options.TimeProvider = new SkewedTimeProvider(skew)));
}

public sealed class RedisStoreRestartConformance : RestartConformance
{
    private RedisServer _server = null!;

    protected override bool KeepsEntries => false; // The server of these tests keeps nothing on its disk.

    public override async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(_server));

    protected override Task StopAsync() => _server.KillAsync();

    protected override Task StartAsync() => _server.StartAgainAsync();
}

public sealed class RedisStoreReconnectConformance(SharedRedis redis) : ReconnectConformance
{
    private readonly string _namespace = redis.NewNamespace();
    private readonly Dictionary<ICacheStore, CuttingProxy> _proxies = [];

    protected override ValueTask<ICacheStore> CreateStoreAsync()
    {
        var proxy = new CuttingProxy(redis.Server.Port);
        ICacheStore store = TestStores.Make(proxy.Address, _namespace);
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
