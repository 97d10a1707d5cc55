using System.Diagnostics;
using Larder.Conformance.Telemetry;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Tests.Servers;
using Larder.MongoDB.Tests.Store;

namespace Larder.MongoDB.Tests.Diagnostics;

public sealed class CommandTracesTests : IAsyncDisposable
{
    private static readonly string[] Attributes = ["db.system.name", "db.operation.name", "db.namespace", "db.response.status_code", "server.address", "server.port", "error.type"];

    private readonly RecordedSpans _spans = new("Larder.MongoDB");
    private readonly MongoServer _server = new();

    private string Address => $"mongodb://{_server.Address}/?serverSelectionTimeoutMS=200";

    public async ValueTask DisposeAsync()
    {
        _spans.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Command_is_a_client_span_with_the_attributes_of_the_conventions()
    {
        await using MongoDbStore store = TestStores.Make(Address);

        Activity span = Assert.Single(await _spans.OfAsync(() => store.GetAsync("key", default).AsTask()));

        Assert.Equal(("find", ActivityKind.Client, ActivityStatusCode.Unset), (span.DisplayName, span.Kind, span.Status));
        Assert.Equal("mongodb", span.GetTagItem("db.system.name"));
        Assert.Equal("find", span.GetTagItem("db.operation.name"));
        Assert.Equal("larder", span.GetTagItem("db.namespace"));
        Assert.Equal("127.0.0.1", span.GetTagItem("server.address"));
        Assert.Equal(_server.Port, span.GetTagItem("server.port"));
    }

    [Fact]
    public async Task Refusal_is_an_error_with_its_number_only()
    {
        await using MongoDbStore store = TestStores.Make(Address);
        _server.Before = command => Task.FromResult(command.Contains("find") ? new BsonDocument { { "ok", 0.0 }, { "code", 13 }, { "codeName", "Unauthorized" }, { "errmsg", "secret" } } : null);

        Activity span = Assert.Single(await _spans.OfAsync(() => Assert.ThrowsAsync<MongoDbServerException>(() => store.GetAsync("secret", default).AsTask())));

        Assert.Equal((ActivityStatusCode.Error, null), (span.Status, span.StatusDescription));
        Assert.Equal(("13", "13"), (span.GetTagItem("db.response.status_code"), span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task Server_that_is_lost_is_an_error_with_the_exceptions_type()
    {
        await using MongoDbStore store = TestStores.Make(Address);
        _server.After = (command, _) => !command.Contains("find");

        Activity[] spans = await _spans.OfAsync(() => Assert.ThrowsAsync<MongoDbConnectionException>(() => store.GetAsync("key", default).AsTask()));

        Assert.Equal(2, spans.Length); // A read is sent once more.
        Assert.All(spans, span => Assert.Equal("Larder.MongoDbConnectionException", span.GetTagItem("error.type")));
        Assert.All(spans, span => Assert.Equal(ActivityStatusCode.Error, span.Status));
    }

    [Fact]
    public async Task Spans_of_a_cache_hang_below_its_calls_to_the_store_and_hold_nothing_that_callers_choose()
    {
        const string Chosen = "secret";
        await using var cache = Cache.Create(options => options.UseStore(TestStores.Make(Address)));

        Activity[] spans = await _spans.OfAsync(async () => await cache.GetOrSetAsync(Chosen, _ => ValueTask.FromResult(Chosen), options: new EntryOptions { Tags = [Chosen] }));

        Activity[] stores = [.. spans.Where(span => span.OperationName == "larder.store")];
        Activity[] commands = [.. spans.Where(span => span.Source.Name == "Larder.MongoDB")];
        Assert.Contains("findAndModify", commands.Select(span => span.DisplayName));
        Assert.All(commands, span => Assert.Contains(span.ParentSpanId, stores.Select(store => store.SpanId)));
        Assert.All(commands.SelectMany(span => span.TagObjects), tag => Assert.Contains(tag.Key, Attributes));
        Assert.All(commands, span => Assert.DoesNotContain(Chosen, $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)}"));
    }
}
