using Larder.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;
using Larder.Stores;

namespace Larder.Redis.Tests.Clusters;

[Collection(SharedCluster.Collection)]
public sealed class ClusterStoreConformance(SharedCluster shared) : StoreConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace));
}

[Collection(SharedCluster.Collection)]
public sealed class ClusterEpochConformance(SharedCluster shared) : EpochConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace));
}

[Collection(SharedCluster.Collection)]
public sealed class ClusterLeaseConformance(SharedCluster shared) : LeaseConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace));
}

[Collection(SharedCluster.Collection)]
public sealed class ClusterCoherenceConformance(SharedCluster shared) : CoherenceConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace));
}

[Collection(SharedCluster.Collection)]
public sealed class ClusterBroadcastConformance(SharedCluster shared) : CoherenceConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace, options => options.Tracking = RedisTracking.Broadcast));
}
