using System.Collections.Concurrent;
using System.Diagnostics;

namespace Larder.Conformance.Telemetry;

/// <summary>The spans of an activity source, and of the cache, that a piece of work makes. Other tests of the process run at the same time: only what hangs below the work is looked at.</summary>
public sealed class RecordedSpans : IDisposable
{
    private readonly ActivitySource _own = new("Larder.Conformance.Telemetry");
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public RecordedSpans(string source)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = one => one.Name == "Larder" || one.Name == source || one == _own,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public async Task<Activity[]> OfAsync(Func<Task> work)
    {
        using Activity? root = _own.StartActivity("test");
        Assert.NotNull(root);
        await work().WaitAsync(TimeSpan.FromSeconds(60));
        return [.. _spans.Where(span => span.TraceId == root.TraceId && span != root)];
    }

    public void Dispose()
    {
        _listener.Dispose();
        _own.Dispose();
    }
}
