using Larder.Conformance.Telemetry;
using Larder.MongoDB.Tests.Servers;
using Larder.MongoDB.Tests.Store;

namespace Larder.MongoDB.Tests.Diagnostics;

public sealed class ClientMetricsTests : IAsyncDisposable
{
    private static readonly string[] Attributes = ["db.system.name", "db.operation.name", "server.address", "server.port", "error.type", "larder.lease.outcome"];

    private readonly RecordedMeter _meter = new("Larder.MongoDB");
    private readonly MongoServer _server = new(setName: "larder");

    private string Address => $"mongodb://{_server.Address}/?replicaSet=larder";

    public async ValueTask DisposeAsync()
    {
        _meter.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Counters_of_a_store_are_told_for_its_server()
    {
        await using MongoDbStore store = TestStores.Make(Address);
        string? lease = await store.TryAcquireLeaseAsync("missing", TimeSpan.FromHours(1), default);
        Assert.Null(await store.TryAcquireLeaseAsync("missing", TimeSpan.FromHours(1), default));
        await store.RemoveAsync("missing", default);
        Assert.False(await store.SetWithLeaseAsync("missing", lease!, "late"u8.ToArray(), null, default));

        _meter.Collect();

        Assert.Equal(("{command}", store.Statistics.Commands), _meter.Read(_server.Port, "larder.mongodb.commands"));
        Assert.Equal(("{selection}", 1), _meter.Read(_server.Port, "larder.mongodb.selections"));
        Assert.Equal(("{loss}", 0), _meter.Read(_server.Port, "larder.mongodb.losses"));
        Assert.Equal(("{lease}", 1), _meter.Read(_server.Port, "larder.mongodb.leases", "larder.lease.outcome", "won"));
        Assert.Equal(("{lease}", 1), _meter.Read(_server.Port, "larder.mongodb.leases", "larder.lease.outcome", "waited"));
        Assert.Equal(("{lease}", 1), _meter.Read(_server.Port, "larder.mongodb.leases", "larder.lease.outcome", "lost"));
    }

    [Fact]
    public async Task Total_of_a_server_stays_when_a_store_is_disposed_and_goes_on_with_the_next()
    {
        for (int stores = 0; stores < 3; stores++)
        {
            await using MongoDbStore store = TestStores.Make(Address);
            await store.GetAsync("key", default);
        }

        _meter.Collect();

        Assert.Equal(("{selection}", 3), _meter.Read(_server.Port, "larder.mongodb.selections"));
    }

    [Fact]
    public async Task Duration_of_every_command_is_recorded_with_the_attributes_of_the_conventions()
    {
        await using MongoDbStore store = TestStores.Make(Address);
        await store.GetAsync("secret", default);

        (string? unit, double seconds) = _meter.Read(_server.Port, "db.client.operation.duration", "db.operation.name", "find");

        Assert.Equal("s", unit);
        Assert.InRange(seconds, 0, 60);
        Assert.All(_meter.All.SelectMany(one => one.Tags), tag => Assert.Contains(tag.Key, Attributes));
        Assert.All(_meter.All, one => Assert.True(one.Has("db.system.name", "mongodb")));
        Assert.All(_meter.All.SelectMany(one => one.Tags), tag => Assert.DoesNotContain("secret", $"{tag.Value}"));
    }
}
