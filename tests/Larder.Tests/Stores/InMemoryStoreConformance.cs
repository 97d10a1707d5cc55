using Larder.Conformance;
using Larder.Stores;

namespace Larder.Tests.Stores;

public sealed class InMemoryStoreConformance : StoreConformance
{
    private readonly InMemoryServer _server = new();

    protected override TimeSpan Slack => InMemoryServer.Slack;

    protected override ValueTask<ICacheStore> CreateStoreAsync() => _server.ConnectAsync();

    protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
}

public sealed class InMemoryStoreEpochConformance : EpochConformance
{
    private readonly InMemoryServer _server = new();

    protected override TimeSpan Slack => InMemoryServer.Slack;

    protected override ValueTask<ICacheStore> CreateStoreAsync() => _server.ConnectAsync();

    protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
}

public sealed class InMemoryStoreLeaseConformance : LeaseConformance
{
    private readonly InMemoryServer _server = new();

    protected override TimeSpan Slack => InMemoryServer.Slack;

    protected override ValueTask<ICacheStore> CreateStoreAsync() => _server.ConnectAsync();

    protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
}

public sealed class InMemoryStoreCoherenceConformance : CoherenceConformance
{
    private readonly InMemoryServer _server = new();

    protected override TimeSpan Slack => InMemoryServer.Slack;

    protected override ValueTask<ICacheStore> CreateStoreAsync() => _server.ConnectAsync();

    protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
}

public sealed class InMemoryStoreReconnectConformance : ReconnectConformance
{
    private readonly InMemoryServer _server = new();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => _server.ConnectAsync();

    protected override Task DropAsync(ICacheStore store)
    {
        ((InMemoryStore)store).Disconnect();
        return Task.CompletedTask;
    }

    protected override Task RestoreAsync(ICacheStore store)
    {
        ((InMemoryStore)store).Reconnect();
        return Task.CompletedTask;
    }
}
