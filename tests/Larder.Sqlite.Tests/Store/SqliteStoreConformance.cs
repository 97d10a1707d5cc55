using Larder.Conformance;
using Larder.Stores;

namespace Larder.Sqlite.Tests.Store;

public sealed class SqliteStoreConformance : StoreConformance
{
    private readonly TemporaryDatabase _database = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database.Dispose();
    }

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(_database.Open());
}

public sealed class SqliteStoreRelaxedConformance : StoreConformance
{
    private readonly TemporaryDatabase _database = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database.Dispose();
    }

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(_database.Open(options => options.Durability = SqliteDurability.Relaxed));
}

public sealed class SqliteStoreEpochConformance : EpochConformance
{
    private readonly TemporaryDatabase _database = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database.Dispose();
    }

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(_database.Open());
}

public sealed class SqliteStoreLeaseConformance : LeaseConformance
{
    private readonly TemporaryDatabase _database = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database.Dispose();
    }

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(_database.Open());
}

public sealed class SqliteStoreCoherenceConformance : CoherenceConformance
{
    private readonly TemporaryDatabase _database = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database.Dispose();
    }

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(_database.Open());
}

public sealed class SqliteStoreTenancyConformance : TenancyConformance
{
    private readonly TemporaryDatabase _database = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database.Dispose();
    }

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(_database.Open());
}
