using System.Diagnostics;
using System.Diagnostics.Metrics;
using Larder.Stores;
using OpenTelemetry.Metrics;

namespace Larder.OpenTelemetry.Tests;

public sealed class InstrumentationTests
{
    // Whatever an attribute may be called; everything that a cache is given by its callers is not among them.
    private static readonly string[] Attributes =
    [
        "cache.name", "cache.request.type", "cache.tier", "cache.removal.cause", "cache.invalidation.kind", "cache.flight.role", "cache.timeout.kind",
        "cache.outcome", "error.type", "db.system.name", "db.operation.name",
    ];

    [Fact]
    public async Task A_get_or_set_is_one_trace_of_flight_store_and_factory()
    {
        using var collected = new Collected();
        await using Cache cache = New(out string name, new InMemoryStore());

        await cache.GetOrSetAsync("k", async cancellation =>
        {
            Assert.Equal("larder.factory", Activity.Current?.OperationName);
            await Task.Yield();
            return 1;
        }, cancellationToken: TestContext.Current.CancellationToken);

        Activity[] spans = collected.SpansOf(name);
        Activity root = Assert.Single(spans, span => span.OperationName == "larder.get_or_set");
        Assert.All(spans, span => Assert.Equal(root.TraceId, span.TraceId));
        Assert.All(spans.Where(span => span != root), span => Assert.Equal(root.SpanId, span.ParentSpanId));
        Assert.Equal(("leader", "miss", null), (root.GetTagItem("cache.flight.role"), root.GetTagItem("cache.outcome"), root.GetTagItem("cache.tier")));
        Assert.Equal("ok", Assert.Single(spans, span => span.OperationName == "larder.factory").GetTagItem("cache.outcome"));
        Activity[] calls = [.. spans.Where(span => span.OperationName == "larder.store")];
        Assert.Contains("get", calls.Select(span => span.DisplayName));
        Assert.Contains("acquire_lease", calls.Select(span => span.DisplayName));
        Assert.All(calls, span =>
        {
            Assert.Equal(ActivityKind.Client, span.Kind);
            Assert.Equal("memory", span.GetTagItem("db.system.name"));
            Assert.Equal(span.DisplayName, span.GetTagItem("db.operation.name"));
        });
    }

    [Fact]
    public async Task Whoever_waits_links_to_the_span_of_whoever_computes()
    {
        using var collected = new Collected();
        await using Cache cache = New(out string name);
        var started = new TaskCompletionSource();
        var go = new TaskCompletionSource<int>();
        Task<int> leader = cache.GetOrSetAsync("k", async _ =>
        {
            started.SetResult();
            return await go.Task;
        }, cancellationToken: TestContext.Current.CancellationToken).AsTask();
        await started.Task;
        Task<int> waiter = cache.GetOrSetAsync("k", _ => ValueTask.FromResult(2), cancellationToken: TestContext.Current.CancellationToken).AsTask();
        go.SetResult(1);
        int[] answers = await Task.WhenAll(leader, waiter);

        Assert.Equal([1, 1], answers);

        Activity[] roots = [.. collected.SpansOf(name).Where(span => span.OperationName == "larder.get_or_set")];
        Activity led = Assert.Single(roots, span => Equals(span.GetTagItem("cache.flight.role"), "leader"));
        Activity waited = Assert.Single(roots, span => Equals(span.GetTagItem("cache.flight.role"), "waiter"));
        Assert.Equal(led.SpanId, Assert.Single(waited.Links).Context.SpanId);
        Assert.Empty(led.Links);
    }

    [Fact]
    public async Task A_hit_of_the_store_names_its_tier_and_a_hit_in_memory_makes_no_span()
    {
        using var collected = new Collected();
        var store = new InMemoryStore();
        await using Cache other = New(out _, store, prefix: "shared");
        await other.SetAsync("k", 1, cancellationToken: TestContext.Current.CancellationToken);
        await using Cache cache = New(out string name, store.Connect(), prefix: "shared");

        await cache.GetOrSetAsync("k", _ => ValueTask.FromResult(2), cancellationToken: TestContext.Current.CancellationToken);
        int spans = collected.SpansOf(name).Length;
        await cache.GetOrSetAsync("k", _ => ValueTask.FromResult(3), cancellationToken: TestContext.Current.CancellationToken);

        Activity root = Assert.Single(collected.SpansOf(name), span => span.OperationName == "larder.get_or_set");
        Assert.Equal(("hit", "store"), (root.GetTagItem("cache.outcome"), root.GetTagItem("cache.tier")));
        Assert.Equal(spans, collected.SpansOf(name).Length);
    }

    [Fact]
    public async Task Metrics_have_the_names_and_units_of_the_conventions()
    {
        using var collected = new Collected();
        await using Cache cache = New(out string name, new InMemoryStore());
        await cache.GetOrSetAsync("k", _ => ValueTask.FromResult(1), cancellationToken: TestContext.Current.CancellationToken);
        await cache.GetOrSetAsync("k", _ => ValueTask.FromResult(1), cancellationToken: TestContext.Current.CancellationToken);

        IReadOnlyDictionary<string, Collected.Exported> metrics = collected.Collect();

        Assert.Equal(("{request}", MetricType.LongSum), Kind("larder.cache.requests"));
        Assert.Equal(("{entry}", MetricType.LongSumNonMonotonic), Kind("larder.cache.entries"));
        Assert.Equal(("By", MetricType.LongSumNonMonotonic), Kind("larder.cache.estimated_size"));
        Assert.Equal(("s", MetricType.Histogram), Kind("larder.factory.duration"));
        Assert.Equal(("s", MetricType.Histogram), Kind("db.client.operation.duration"));
        Assert.Equal(1, Value("larder.cache.requests", "cache.request.type", "hit", "cache.tier", "memory"));
        Assert.Equal(1, Value("larder.cache.requests", "cache.request.type", "miss"));
        Assert.Equal(1, Value("larder.cache.entries"));
        Assert.Equal(1, Value("larder.factory.duration", "cache.outcome", "ok"));
        Assert.Equal(1, Value("db.client.operation.duration", "db.operation.name", "acquire_lease", "db.system.name", "memory"));

        (string, MetricType) Kind(string metric) => (metrics[metric].Unit, metrics[metric].Type);

        double Value(string metric, params string[] attributes) => Assert.Single(metrics[metric].Points, point =>
            Equals(point.Attributes["cache.name"], name)
            && attributes.Chunk(2).All(pair => point.Attributes.TryGetValue(pair[0], out object? value) && Equals(value, pair[1]))).Value;
    }

    [Fact]
    public void Spans_and_metrics_of_the_stores_own_clients_are_collected()
    {
        using var collected = new Collected();
        using var source = new ActivitySource("Larder.Redis");
        using var meter = new Meter("Larder.Redis");
        string name = $"otel-{Guid.NewGuid():N}";

        meter.CreateCounter<long>("larder.redis.commands").Add(1);
        source.StartActivity("GET")?.SetTag("cache.name", name).Dispose();

        Assert.Equal("GET", Assert.Single(collected.SpansOf(name)).DisplayName);
        Assert.Contains("larder.redis.commands", collected.Collect().Keys);
    }

    [Fact]
    public void A_hit_allocates_nothing_while_metrics_and_traces_are_collected()
    {
        using var collected = new Collected();
        using Cache cache = New(out string name);
        int[] value = [1];
        Hit(10_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Hit(10_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // Not a byte for each: tiering may allocate a little of its own.
        Assert.InRange(allocated, 0, 5_000);
        Assert.Equal(19_999, Assert.Single(collected.Collect()["larder.cache.requests"].Points, point => Equals(point.Attributes["cache.name"], name) && point.Attributes.ContainsKey("cache.tier") && Equals(point.Attributes["cache.tier"], "memory")).Value);

        void Hit(int times)
        {
            for (int i = 0; i < times; i++)
                Assert.Same(value, cache.GetOrSet("k", value, static (state, _) => state));
        }
    }

    [Fact]
    public async Task Nothing_that_callers_choose_is_in_an_attribute()
    {
        using var collected = new Collected();
        const string Chosen = "secret";
        await using Cache cache = New(out string name, new InMemoryStore());
        Cache scoped = cache.Collection(Chosen).For(new UserContext(Chosen, Chosen), CacheScope.User);
        await scoped.GetOrSetAsync(Chosen, _ => ValueTask.FromResult(Chosen), options: new EntryOptions { Tags = [Chosen] }, cancellationToken: TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<IOException>(async () => await scoped.GetOrSetAsync<int>("other", _ => throw new IOException(Chosen), cancellationToken: TestContext.Current.CancellationToken));
        await scoped.RemoveByTagAsync(Chosen, TestContext.Current.CancellationToken);
        await scoped.RemoveByPatternAsync(Chosen + "*", TestContext.Current.CancellationToken);

        KeyValuePair<string, object?>[] tags =
        [
            .. collected.SpansOf(name).SelectMany(span => span.TagObjects),
            .. collected.Collect().Values.SelectMany(metric => metric.Points).SelectMany(point => point.Attributes),
        ];

        Assert.NotEmpty(tags);
        Assert.All(tags, tag => Assert.Contains(tag.Key, Attributes));
        Assert.All(tags, tag => Assert.DoesNotContain(Chosen, $"{tag.Value}"));
        Assert.All(collected.SpansOf(name), span => Assert.DoesNotContain(Chosen, $"{span.DisplayName} {span.StatusDescription}"));
    }

    private static Cache New(out string name, ICacheStore? store = null, string? prefix = null)
    {
        string own = name = $"otel-{Guid.NewGuid():N}";
        return Cache.Create(options =>
        {
            options.Name = own;
            options.KeyPrefix = prefix;
            if (store is not null)
                options.UseStore(store);
        });
    }
}
