using Larder.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;
using Larder.Stores;

namespace Larder.Redis.Tests.Clusters;

/// <summary>The cluster's suites again, with three connections to each server.</summary>
[Collection(SharedCluster.Collection)]
public sealed class SeveralConnectionsClusterStoreConformance(SharedCluster shared) : StoreConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace, options => options.ConnectionsPerServer = 3));
}

[Collection(SharedCluster.Collection)]
public sealed class SeveralConnectionsClusterEpochConformance(SharedCluster shared) : EpochConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace, options => options.ConnectionsPerServer = 3));
}

[Collection(SharedCluster.Collection)]
public sealed class SeveralConnectionsClusterLeaseConformance(SharedCluster shared) : LeaseConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace, options => options.ConnectionsPerServer = 3));
}

[Collection(SharedCluster.Collection)]
public sealed class SeveralConnectionsClusterCoherenceConformance(SharedCluster shared) : CoherenceConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace, options => options.ConnectionsPerServer = 3));
}

[Collection(SharedCluster.Collection)]
public sealed class SeveralConnectionsClusterBroadcastConformance(SharedCluster shared) : CoherenceConformance
{
    private readonly string _namespace = shared.NewNamespace();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(shared.Cluster, _namespace, options =>
    {
        options.ConnectionsPerServer = 3;
        options.Tracking = RedisTracking.Broadcast;
    }));
}
