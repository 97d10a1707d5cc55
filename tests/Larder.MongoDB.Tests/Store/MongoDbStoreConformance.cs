using Larder.Conformance;
using Larder.MongoDB.Tests.Servers;
using Larder.Stores;

namespace Larder.MongoDB.Tests.Store;

public sealed class MongoDbStoreConformance(SharedMongo mongo) : StoreConformance
{
    private readonly string _database = mongo.NewDatabase();

    protected override ValueTask<bool> IsTakenAsync(string key) => mongo.TakesAsync(key);

    // A document has 16 MiB, with its key and all that lies beside the value.
    protected override int LongestValue => 16_760_000;

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(mongo.Address, _database));
}

public sealed class MongoDbStoreEpochConformance(SharedMongo mongo) : EpochConformance
{
    private readonly string _database = mongo.NewDatabase();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(mongo.Address, _database));
}

public sealed class MongoDbStoreLeaseConformance(SharedMongo mongo) : LeaseConformance
{
    private readonly string _database = mongo.NewDatabase();

    protected override ValueTask<bool> IsTakenAsync(string key) => mongo.TakesAsync(key);

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(mongo.Address, _database));
}
