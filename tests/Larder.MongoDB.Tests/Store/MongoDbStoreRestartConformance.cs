using Larder.Conformance;
using Larder.MongoDB.Tests.Servers;
using Larder.Stores;

namespace Larder.MongoDB.Tests.Store;

/// <summary>A server that is stopped and started; it keeps its documents, and forgets its cursors.</summary>
public sealed class MongoDbStoreRestartConformance : RestartConformance
{
    private readonly MongoServer _server = new(setName: "larder");

    protected override bool KeepsEntries => true;

    protected override ValueTask<ICacheStore> CreateStoreAsync() =>
        new(TestStores.Make($"mongodb://{_server.Address}/?replicaSet=larder", configure: options => options.ServerSelectionTimeout = TimeSpan.FromMilliseconds(200)));

    protected override Task StopAsync()
    {
        _server.Stop();
        return Task.CompletedTask;
    }

    protected override Task StartAsync()
    {
        _server.Start();
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }
}
