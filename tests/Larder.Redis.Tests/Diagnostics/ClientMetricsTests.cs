using System.Diagnostics.Metrics;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Diagnostics;

public sealed class ClientMetricsTests : IDisposable
{
    private static readonly string[] Attributes =
        ["db.system.name", "db.operation.name", "db.stored_procedure.name", "server.address", "server.port", "error.type", "network.io.direction", "larder.lease.outcome"];

    private readonly MeterListener _listener = new();
    private readonly List<(string Name, string? Unit, double Value, KeyValuePair<string, object?>[] Tags)> _measured = []; // Guards itself.

    public ClientMetricsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Larder.Redis")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

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

        _listener.RecordObservableInstruments();

        Assert.Equal(("{connection}", 1), Read(own, "larder.redis.connections"));
        Assert.Equal(("{push}", store.Statistics.Pushes), Read(own, "larder.redis.pushes"));
        Assert.Equal(("{lease}", 1), Read(own, "larder.redis.leases", "larder.lease.outcome", "won"));
        Assert.Equal(("{lease}", 1), Read(own, "larder.redis.leases", "larder.lease.outcome", "waited"));
        Assert.Equal(("{lease}", 1), Read(own, "larder.redis.leases", "larder.lease.outcome", "lost"));
        Assert.True(Read(own, "larder.redis.commands").Value >= 5);
        Assert.True(Read(own, "larder.redis.io", "network.io.direction", "transmit").Value > 100);
        Assert.True(Read(own, "larder.redis.io", "network.io.direction", "receive").Value > 100);
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

        _listener.RecordObservableInstruments();

        Assert.Equal(("{connection}", 3), Read(own, "larder.redis.connections"));
    }

    [Fact]
    public async Task Duration_of_every_command_is_recorded_with_the_attributes_of_the_conventions()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using RedisStore store = TestStores.Make(own);
        await store.GetAsync("secret", default);

        (string? unit, double seconds) = Read(own, "db.client.operation.duration", "db.operation.name", "GET");

        Assert.Equal("s", unit);
        Assert.InRange(seconds, 0, 60);
        lock (_measured)
        {
            Assert.All(_measured.SelectMany(one => one.Tags), tag => Assert.Contains(tag.Key, Attributes));
            Assert.All(_measured, one => Assert.Contains(new KeyValuePair<string, object?>("db.system.name", "redis"), one.Tags));
            Assert.All(_measured.SelectMany(one => one.Tags), tag => Assert.DoesNotContain("secret", $"{tag.Value}"));
        }
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_measured)
            _measured.Add((instrument.Name, instrument.Unit, value, tags.ToArray()));
    }

    private (string? Unit, double Value) Read(RedisServer server, string name, params string[] attribute)
    {
        lock (_measured)
        {
            var found = _measured.Last(one => one.Name == name && Has(one.Tags, "server.port", server.Port) && (attribute.Length == 0 || Has(one.Tags, attribute[0], attribute[1])));
            return (found.Unit, found.Value);
        }
    }

    private static bool Has(KeyValuePair<string, object?>[] tags, string name, object value) => tags.Contains(new KeyValuePair<string, object?>(name, value));
}
