using Larder.Conformance;
using Larder.PostgreSql.Tests.Servers;
using Larder.Stores;

namespace Larder.PostgreSql.Tests.Store;

public sealed class PostgreSqlStoreConformance(SharedServer shared) : StoreConformance
{
    private readonly string _table = shared.NewTable();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Server, _table));
}

public sealed class PostgreSqlStoreEpochConformance(SharedServer shared) : EpochConformance
{
    private readonly string _table = shared.NewTable();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Server, _table));
}

public sealed class PostgreSqlStoreLeaseConformance(SharedServer shared) : LeaseConformance
{
    private readonly string _table = shared.NewTable();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Server, _table));
}

public sealed class PostgreSqlStoreCoherenceConformance(SharedServer shared) : CoherenceConformance
{
    private readonly string _table = shared.NewTable();

    // Expiry is told by the sweep, and not before the test looks.
    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Server, _table, options => options.SweepInterval = TimeSpan.FromSeconds(2)));
}

public sealed class PostgreSqlStoreReconnectConformance(SharedServer shared) : ReconnectConformance
{
    private readonly string _table = shared.NewTable();
    private readonly Dictionary<ICacheStore, CuttingProxy> _proxies = [];

    protected override ValueTask<ICacheStore> CreateStoreAsync()
    {
        var proxy = new CuttingProxy(shared.Server.Port);
        ICacheStore store = TestStores.Make(proxy.Port, _table);
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
