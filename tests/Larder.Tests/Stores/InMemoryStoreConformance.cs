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

public sealed class InMemoryStoreTenancyConformance : TenancyConformance
{
    // The caches in front of it live by the system's time, and so does it.
    private readonly InMemoryStore _server = new();

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(_server.Connect());
}

public sealed class InMemoryStoreClockSkewConformance : ClockSkewConformance
{
    private readonly InMemoryServer _server = new();

    protected override TimeSpan Slack => InMemoryServer.Slack;

    protected override ValueTask<ICacheStore> CreateStoreAsync() => _server.ConnectAsync();

    // A connection has no clock, only the data has: there is nothing to set wrong.
    protected override ValueTask<ICacheStore> CreateSkewedStoreAsync(TimeSpan skew) => _server.ConnectAsync();

    protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
}

public sealed class InMemoryStoreRestartConformance : RestartConformance
{
    private readonly InMemoryServer _server = new();
    private readonly List<InMemoryStore> _connections = [];

    protected override bool KeepsEntries => true;

    protected override ValueTask<ICacheStore> CreateStoreAsync()
    {
        InMemoryStore store = _server.Connect();
        _connections.Add(store);
        return new(store);
    }

    protected override Task StopAsync()
    {
        _connections.ForEach(store => store.Disconnect());
        return Task.CompletedTask;
    }

    protected override Task StartAsync()
    {
        _connections.ForEach(store => store.Reconnect());
        return Task.CompletedTask;
    }
}
