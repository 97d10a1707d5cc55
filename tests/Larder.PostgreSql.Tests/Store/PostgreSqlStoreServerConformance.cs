using Larder.Conformance;
using Larder.PostgreSql.Tests.Servers;
using Larder.Stores;

namespace Larder.PostgreSql.Tests.Store;

public sealed class PostgreSqlStoreTenancyConformance(SharedServer shared) : TenancyConformance
{
    private readonly string _table = shared.NewTable();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Server, _table));
}

public sealed class PostgreSqlStoreClockSkewConformance(SharedServer shared) : ClockSkewConformance
{
    private readonly string _table = shared.NewTable();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Server, _table));

    protected override ValueTask<ICacheStore> CreateSkewedStoreAsync(TimeSpan skew) =>
        new(TestStores.Make(shared.Server, _table, options => options.TimeProvider = new SkewedTimeProvider(skew)));
}

public sealed class PostgreSqlStoreRestartConformance : RestartConformance
{
    private PostgreSqlServer _server = null!;

    protected override bool KeepsEntries => true;

    public override async ValueTask InitializeAsync()
    {
        _server = await PostgreSqlServer.StartAsync();
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
