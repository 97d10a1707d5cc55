using Larder.Stores;

namespace Larder.Tests.Stores;

/// <summary>The data of one test, on a clock that the test moves.</summary>
internal sealed class InMemoryServer
{
    private readonly ManualTimeProvider _time = new();
    private readonly InMemoryStore _first;

    public InMemoryServer() => _first = new InMemoryStore(new InMemoryStoreOptions { TimeProvider = _time });

    /// <summary>None: an entry is gone at the very moment when its TTL ends, up to the clock's millisecond.</summary>
    public static TimeSpan Slack => TimeSpan.FromMilliseconds(1);

    public InMemoryStore Connect() => _first.Connect();

    public ValueTask<ICacheStore> ConnectAsync() => new(Connect());

    public Task AdvanceAsync(TimeSpan by)
    {
        _time.Advance(by);
        return Task.CompletedTask;
    }
}
