using Larder.Conformance.Telemetry;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Diagnostics;

public sealed class ClientMetricsTests : IDisposable
{
    private static readonly string[] Attributes =
        ["db.system.name", "db.operation.name", "db.stored_procedure.name", "server.address", "server.port", "error.type", "network.io.direction", "larder.lease.outcome"];

    private readonly RecordedMeter _meter = new("Larder.Redis");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Counters_of_a_store_are_told_for_its_server()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using RedisStore store = TestStores.Make(own);
        await store.SetAsync("key", "value"u8.ToArray(), null, default);
        await own.CliAsync("SET", "key", "other");
        await Waiting.UntilAsync(() => store.Statistics.Pushes == 1, "The change was not told.");
        string? lease = await store.TryAcquireLeaseAsync("missing", TimeSpan.FromHours(1), default);
        Assert.Null(await store.TryAcquireLeaseAsync("missing", TimeSpan.FromHours(1), default));
        await own.CliAsync("DEL", "missing");
        Assert.False(await store.SetWithLeaseAsync("missing", lease!, "late"u8.ToArray(), null, default));

        _meter.Collect();

        Assert.Equal(("{connection}", 1), _meter.Read(own.Port, "larder.redis.connections"));
        Assert.Equal(("{push}", store.Statistics.Pushes), _meter.Read(own.Port, "larder.redis.pushes"));
        Assert.Equal(("{lease}", 1), _meter.Read(own.Port, "larder.redis.leases", "larder.lease.outcome", "won"));
        Assert.Equal(("{lease}", 1), _meter.Read(own.Port, "larder.redis.leases", "larder.lease.outcome", "waited"));
        Assert.Equal(("{lease}", 1), _meter.Read(own.Port, "larder.redis.leases", "larder.lease.outcome", "lost"));
        Assert.True(_meter.Read(own.Port, "larder.redis.commands").Value >= 5);
        Assert.True(_meter.Read(own.Port, "larder.redis.io", "network.io.direction", "transmit").Value > 100);
        Assert.True(_meter.Read(own.Port, "larder.redis.io", "network.io.direction", "receive").Value > 100);
    }

    [Fact]
    public async Task Total_of_a_server_stays_when_a_store_is_disposed_and_goes_on_with_the_next()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        for (int stores = 0; stores < 3; stores++)
        {
            await using RedisStore store = TestStores.Make(own);
            await store.GetAsync("key", default);
        }

        _meter.Collect();

        Assert.Equal(("{connection}", 3), _meter.Read(own.Port, "larder.redis.connections"));
    }

    [Fact]
    public async Task Duration_of_every_command_is_recorded_with_the_attributes_of_the_conventions()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using RedisStore store = TestStores.Make(own);
        await store.GetAsync("secret", default);

        (string? unit, double seconds) = _meter.Read(own.Port, "db.client.operation.duration", "db.operation.name", "GET");

        Assert.Equal("s", unit);
        Assert.InRange(seconds, 0, 60);
        Assert.All(_meter.All.SelectMany(one => one.Tags), tag => Assert.Contains(tag.Key, Attributes));
        Assert.All(_meter.All, one => Assert.True(one.Has("db.system.name", "redis")));
        Assert.All(_meter.All.SelectMany(one => one.Tags), tag => Assert.DoesNotContain("secret", $"{tag.Value}"));
    }
}
