namespace Larder.Redis.Tests.Servers;

/// <summary>One cluster for the tests of a collection, which leave it as it is.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    public const string Collection = "a cluster";

    private RedisCluster? _cluster;
    private int _namespaces;

    public RedisCluster Cluster => _cluster!;

    public async ValueTask InitializeAsync() => _cluster = await RedisCluster.StartAsync(nodeTimeout: 15_000);

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    public string NewNamespace() => $"t{Interlocked.Increment(ref _namespaces)}:";
}

[CollectionDefinition(SharedCluster.Collection)]
public sealed class SharedClusterCollection : ICollectionFixture<SharedCluster>;
