using Larder.PostgreSql.Tests.Servers;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace Larder.PostgreSql.Tests.Servers;

/// <summary>One server for all tests that leave it as it is. Each test has tables of its own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private PostgreSqlServer? _server;
    private int _tables;

    public PostgreSqlServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await PostgreSqlServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>A name that no other test has.</summary>
    public string NewTable() => $"t{Interlocked.Increment(ref _tables)}";
}
