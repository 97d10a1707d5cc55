using System.Diagnostics;
using Larder.Conformance.Telemetry;
using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;
using Npgsql;

namespace Larder.PostgreSql.Tests.Diagnostics;

public sealed class StatementTracesTests(SharedServer shared) : IDisposable
{
    private static readonly string[] Attributes = ["db.system.name", "db.operation.name", "db.namespace", "db.response.status_code", "server.address", "server.port", "error.type"];

    private readonly RecordedSpans _spans = new("Larder.PostgreSql");

    public void Dispose() => _spans.Dispose();

    [Fact]
    public async Task Statement_is_a_client_span_with_the_attributes_of_the_conventions()
    {
        await using PostgreSqlStore store = TestStores.Make(shared.Server, shared.NewTable());

        Activity span = Assert.Single(await _spans.OfAsync(() => store.GetAsync("key", default).AsTask()));

        Assert.Equal(("Get", ActivityKind.Client, ActivityStatusCode.Unset), (span.DisplayName, span.Kind, span.Status));
        Assert.Equal("postgresql", span.GetTagItem("db.system.name"));
        Assert.Equal("Get", span.GetTagItem("db.operation.name"));
        Assert.Equal("postgres", span.GetTagItem("db.namespace"));
        Assert.Equal("127.0.0.1", span.GetTagItem("server.address"));
        Assert.Equal(shared.Server.Port, span.GetTagItem("server.port"));
    }

    [Fact]
    public async Task Refusal_is_an_error_with_its_state_only()
    {
        string table = shared.NewTable();
        await using PostgreSqlStore store = TestStores.Make(shared.Server, table);
        await store.GetAsync("key", default);
        await using (NpgsqlDataSource other = NpgsqlDataSource.Create(shared.Server.ConnectionString))
        {
            await using NpgsqlCommand drop = other.CreateCommand($"DROP TABLE larder.{table} CASCADE");
            await drop.ExecuteNonQueryAsync();
        }

        Activity span = Assert.Single(await _spans.OfAsync(() => Assert.ThrowsAsync<PostgresException>(() => store.GetAsync("secret", default).AsTask())));

        Assert.Equal((ActivityStatusCode.Error, null), (span.Status, span.StatusDescription));
        Assert.Equal(("42P01", "42P01"), (span.GetTagItem("db.response.status_code"), span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task Spans_of_a_cache_hang_below_its_calls_to_the_store_and_hold_nothing_that_callers_choose()
    {
        const string Chosen = "secret";
        await using var cache = Cache.Create(options => options.UseStore(TestStores.Make(shared.Server, shared.NewTable())));

        Activity[] spans = await _spans.OfAsync(async () => await cache.GetOrSetAsync(Chosen, _ => ValueTask.FromResult(Chosen), options: new EntryOptions { Tags = [Chosen] }));

        Activity[] stores = [.. spans.Where(span => span.OperationName == "larder.store")];
        Activity[] statements = [.. spans.Where(span => span.Source.Name == "Larder.PostgreSql")];
        Assert.Contains("TryAcquireLease", statements.Select(span => span.DisplayName));
        Assert.All(statements, span => Assert.Contains(span.ParentSpanId, stores.Select(store => store.SpanId)));
        Assert.All(statements.SelectMany(span => span.TagObjects), tag => Assert.Contains(tag.Key, Attributes));
        Assert.All(statements, span => Assert.DoesNotContain(Chosen, $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)}"));
    }
}
