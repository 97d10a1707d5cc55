using Larder.Redis.Tests.Servers;

[assembly: AssemblyFixture(typeof(SharedRedis))]

namespace Larder.Redis.Tests.Servers;

/// <summary>One server for all tests that leave it as it is. Each test has a namespace of its own.</summary>
public sealed class SharedRedis : IAsyncLifetime
{
    private RedisServer? _server;
    private int _namespaces;

    public RedisServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>A name that no other test has.</summary>
    public string NewNamespace() => $"t{Interlocked.Increment(ref _namespaces)}:";
}
