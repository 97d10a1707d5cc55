using Larder.Conformance.Telemetry;
using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;

namespace Larder.PostgreSql.Tests.Diagnostics;

public sealed class ClientMetricsTests : IDisposable
{
    private static readonly string[] Attributes = ["db.system.name", "db.operation.name", "server.address", "server.port", "error.type", "larder.lease.outcome"];

    private readonly RecordedMeter _meter = new("Larder.PostgreSql");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Counters_and_durations_of_a_servers_stores_are_told_with_the_attributes_of_the_conventions()
    {
        await using PostgreSqlServer own = await PostgreSqlServer.StartAsync();
        long statements = 0;
        for (int stores = 1; stores <= 3; stores++)
        {
            // Nothing is sent but what is asked for here.
            await using PostgreSqlStore store = TestStores.Make(own, configure: options => options.SweepInterval = TimeSpan.FromHours(1));
            await store.GetAsync("secret", default);
            string? lease = await store.TryAcquireLeaseAsync("missing", TimeSpan.FromHours(1), default);
            Assert.Null(await store.TryAcquireLeaseAsync("missing", TimeSpan.FromHours(1), default));
            await store.RemoveAsync("missing", default);
            Assert.False(await store.SetWithLeaseAsync("missing", lease!, "late"u8.ToArray(), null, default));
            statements += store.Statistics.Statements;

            _meter.Collect();

            Assert.Equal(("{statement}", statements), _meter.Read(own.Port, "larder.postgresql.statements"));
            Assert.Equal(("{lease}", stores), _meter.Read(own.Port, "larder.postgresql.leases", "larder.lease.outcome", "won"));
            Assert.Equal(("{lease}", stores), _meter.Read(own.Port, "larder.postgresql.leases", "larder.lease.outcome", "waited"));
            Assert.Equal(("{lease}", stores), _meter.Read(own.Port, "larder.postgresql.leases", "larder.lease.outcome", "lost"));
        }

        (string? unit, double seconds) = _meter.Read(own.Port, "db.client.operation.duration", "db.operation.name", "Get");

        Assert.Equal("s", unit);
        Assert.InRange(seconds, 0, 60);
        Assert.All(_meter.All.SelectMany(one => one.Tags), tag => Assert.Contains(tag.Key, Attributes));
        Assert.All(_meter.All, one => Assert.True(one.Has("db.system.name", "postgresql")));
        Assert.All(_meter.All.SelectMany(one => one.Tags), tag => Assert.DoesNotContain("secret", $"{tag.Value}"));
    }
}
