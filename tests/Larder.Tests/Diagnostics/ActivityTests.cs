using System.Diagnostics;
using Larder.Diagnostics;
using static Larder.Tests.Diagnostics.TelemetryUnderTest;

namespace Larder.Tests.Diagnostics;

[Collection(ListenersCollection.Name)]
public sealed class ActivityTests : IDisposable
{
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public ActivityTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Larder",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void A_miss_is_a_span_with_its_store_call_and_its_factory_inside()
    {
        using var test = new TelemetryUnderTest();
        GetOrSetSpan span = test.Telemetry.StartGetOrSet();
        test.Telemetry.StartStoreCall(StoreOperation.Get).Completed(0, 1);
        test.Telemetry.StartFactory(Weather, "a").Completed();
        span.EndMiss();

        Assert.Equal(["larder.store", "larder.factory", "larder.get_or_set"], _ended.Select(a => a.OperationName));
        Activity parent = _ended[2];
        Assert.All(_ended[..2], child => Assert.Equal(parent.SpanId, child.ParentSpanId));
        Assert.All(_ended, activity => Assert.Equal(test.Name, activity.GetTagItem("cache.name")));
        Assert.Equal("miss", parent.GetTagItem("cache.outcome"));
        Assert.Equal(("redis", "get", "miss", ActivityKind.Client), (_ended[0].GetTagItem("db.system.name"), _ended[0].GetTagItem("db.operation.name"), _ended[0].GetTagItem("cache.outcome"), _ended[0].Kind));
    }

    [Fact]
    public void A_hit_of_the_store_names_its_tier_and_a_waiter_its_role()
    {
        using var test = new TelemetryUnderTest();
        GetOrSetSpan span = test.Telemetry.StartGetOrSet();
        span.Joined(leader: null);
        span.EndHit(Tiers.Store);

        Activity activity = Assert.Single(_ended);
        Assert.Equal(("hit", "store", "waiter"), (activity.GetTagItem("cache.outcome"), activity.GetTagItem("cache.tier"), activity.GetTagItem("cache.flight.role")));
    }

    [Fact]
    public void A_failure_is_an_error_with_the_exceptions_type_and_without_its_message()
    {
        using var test = new TelemetryUnderTest();
        GetOrSetSpan span = test.Telemetry.StartGetOrSet();
        test.Telemetry.StartFactory(Weather, "a").Failed(new IOException("secret"), hidden: false);
        span.EndFailed(new IOException("secret"));

        Assert.All(_ended, activity =>
        {
            Assert.Equal(ActivityStatusCode.Error, activity.Status);
            Assert.Equal("System.IO.IOException", activity.GetTagItem("error.type"));
            Assert.DoesNotContain(activity.TagObjects, tag => $"{tag.Value}".Contains("secret"));
        });
    }
}
