using Larder.Conformance;
using Larder.MongoDB.Tests.Servers;
using Larder.Stores;

namespace Larder.MongoDB.Tests.Store;

public sealed class MongoDbStoreTenancyConformance(SharedMongo mongo) : TenancyConformance
{
    private readonly string _database = mongo.NewDatabase();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(mongo.Address, _database));
}

public sealed class MongoDbStoreClockSkewConformance(SharedMongo mongo) : ClockSkewConformance
{
    private readonly string _database = mongo.NewDatabase();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(mongo.Address, _database));

    protected override ValueTask<ICacheStore> CreateSkewedStoreAsync(TimeSpan skew) =>
        new(TestStores.Make(mongo.Address, _database, options => options.TimeProvider = new SkewedTimeProvider(skew)));
}
