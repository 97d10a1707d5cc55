using System.Collections.Concurrent;
using System.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Diagnostics;

public sealed class CommandTracesTests(SharedRedis redis) : IDisposable
{
    private static readonly string[] Attributes =
    [
        "db.system.name", "db.operation.name", "db.namespace", "db.stored_procedure.name", "db.response.status_code", "server.address", "server.port", "error.type",
    ];

    private readonly string _namespace = redis.NewNamespace();
    private readonly ActivitySource _own = new("Larder.Redis.Tests");
    private readonly ConcurrentQueue<Activity> _spans = new();
    private ActivityListener? _listener;

    public void Dispose()
    {
        _listener?.Dispose();
        _own.Dispose();
    }

    [Fact]
    public async Task Command_is_a_client_span_with_the_attributes_of_the_conventions()
    {
        await using RedisStore store = TestStores.Make(redis.Server, _namespace);

        Activity span = Assert.Single(await SpansOfAsync(() => store.GetAsync("key", default).AsTask()));

        Assert.Equal(("GET", ActivityKind.Client, ActivityStatusCode.Unset), (span.DisplayName, span.Kind, span.Status));
        Assert.Equal("redis", span.GetTagItem("db.system.name"));
        Assert.Equal("GET", span.GetTagItem("db.operation.name"));
        Assert.Equal("0", span.GetTagItem("db.namespace"));
        Assert.Equal("127.0.0.1", span.GetTagItem("server.address"));
        Assert.Equal(redis.Server.Port, span.GetTagItem("server.port"));
    }

    [Fact]
    public async Task Script_is_told_by_its_name_and_sending_it_again_is_no_error()
    {
        await using RedisServer own = await RedisServer.StartAsync(); // That knows no scripts yet.
        await using RedisStore store = TestStores.Make(own);

        Activity[] spans = await SpansOfAsync(() => store.SetTimeToLiveAsync("key", null, default).AsTask());

        Assert.Equal(["EVALSHA set_ttl", "EVAL set_ttl"], spans.Select(span => span.DisplayName));
        Assert.All(spans, span => Assert.Equal("set_ttl", span.GetTagItem("db.stored_procedure.name")));
        Assert.Equal("NOSCRIPT", spans[0].GetTagItem("db.response.status_code"));
        Assert.All(spans, span => Assert.Equal(ActivityStatusCode.Unset, span.Status));
    }

    [Fact]
    public async Task Refusal_is_an_error_with_its_first_word_only()
    {
        await using RedisServer own = await RedisServer.StartAsync("--maxmemory-policy", "noeviction");
        await using RedisStore store = TestStores.Make(own);
        await store.SetAsync("key", "value"u8.ToArray(), null, default);
        await own.CliAsync("CONFIG", "SET", "maxmemory", "1");

        Activity span = Assert.Single(await SpansOfAsync(() => Assert.ThrowsAsync<RedisServerException>(() => store.SetAsync("secret", "secret"u8.ToArray(), null, default).Soon())));

        Assert.Equal((ActivityStatusCode.Error, null), (span.Status, span.StatusDescription));
        Assert.Equal(("OOM", "OOM"), (span.GetTagItem("db.response.status_code"), span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task Server_that_is_away_is_an_error_with_the_exceptions_type()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using RedisStore store = TestStores.Make(own);
        await store.GetAsync("key", default);
        await own.KillAsync();
        await Waiting.UntilAsync(() => store.Statistics.Disconnections > 1, "The loss was not noticed.");

        Activity[] spans = await SpansOfAsync(() => Assert.ThrowsAsync<RedisConnectionException>(() => store.GetAsync("key", default).Soon()));

        Assert.NotEmpty(spans);
        Assert.All(spans, span => Assert.Equal("Larder.RedisConnectionException", span.GetTagItem("error.type")));
        Assert.All(spans, span => Assert.Equal(ActivityStatusCode.Error, span.Status));
    }

    [Fact]
    public async Task Spans_of_a_cache_hang_below_its_calls_to_the_store_and_hold_nothing_that_callers_choose()
    {
        const string Chosen = "secret";
        await using var cache = Cache.Create(options => options.UseStore(TestStores.Make(redis.Server, _namespace)));

        Activity[] spans = await SpansOfAsync(async () => await cache.GetOrSetAsync(Chosen, _ => ValueTask.FromResult(Chosen), options: new EntryOptions { Tags = [Chosen] }));

        Activity[] stores = [.. spans.Where(span => span.OperationName == "larder.store")];
        Activity[] commands = [.. spans.Where(span => span.Source.Name == "Larder.Redis")];
        Assert.Contains("EVALSHA acquire_lease", commands.Select(span => span.DisplayName));
        Assert.All(commands, span => Assert.Contains(span.ParentSpanId, stores.Select(store => store.SpanId)));
        Assert.All(commands.SelectMany(span => span.TagObjects), tag => Assert.Contains(tag.Key, Attributes));
        Assert.All(commands, span => Assert.DoesNotContain(Chosen, $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)}"));
    }

    // Other tests of the process run at the same time: only what hangs below an activity of this test is looked at.
    private async Task<Activity[]> SpansOfAsync(Func<Task> work)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Larder" or "Larder.Redis" || source == _own,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        using Activity? root = _own.StartActivity("test");
        Assert.NotNull(root);
        await work().Soon();
        return [.. _spans.Where(span => span.TraceId == root.TraceId && span != root)];
    }
}
