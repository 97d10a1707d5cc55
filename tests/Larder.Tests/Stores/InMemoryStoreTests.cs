using Larder.Conformance;
using Larder.Stores;

namespace Larder.Tests.Stores;

/// <summary>What the in-memory store promises beyond the port.</summary>
public sealed class InMemoryStoreTests
{
    private static readonly byte[] Value = new byte[10];
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Entry_lives_to_the_last_moment_of_its_TTL()
    {
        await using InMemoryStore store = Make();
        await store.SetAsync("key", Value, TimeSpan.FromSeconds(10), default);

        _time.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.True((await store.GetAsync("key", default)).HasValue);
        Assert.Equal(TimeSpan.FromMilliseconds(1), (await store.GetTimeToLiveAsync("key", default)).Remaining);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False((await store.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public async Task Expiry_is_told_without_anybody_asking()
    {
        await using InMemoryStore store = Make();
        var observer = new RecordingObserver();
        using IDisposable observation = store.Observe(observer);
        await store.SetAsync("later", Value, TimeSpan.FromDays(60), default);
        await store.SetAsync("sooner", Value, TimeSpan.FromSeconds(1), default);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 0), (observer.CountChanged("sooner"), observer.CountChanged("later")));
        _time.Advance(TimeSpan.FromDays(60));
        Assert.Equal((1, 1), (observer.CountChanged("sooner"), observer.CountChanged("later")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Writer_is_told_of_its_own_changes_only_if_asked_for(bool tellWriter)
    {
        await using InMemoryStore store = Make(new InMemoryStoreOptions { TellWriter = tellWriter });
        await using InMemoryStore other = store.Connect();
        RecordingObserver[] observers = [new(), new()];
        using IDisposable own = store.Observe(observers[0]);
        using IDisposable others = other.Observe(observers[1]);

        await store.SetAsync("key", Value, null, default);
        await store.SetTimeToLiveAsync("key", TimeSpan.FromHours(1), default);
        await store.RemoveAsync("key", default);
        await store.BumpEpochAsync("name", default);

        Assert.Equal(tellWriter ? (3, 1) : (0, 0), (observers[0].CountChanged("key"), observers[0].CountEpochChanged("name")));
        Assert.Equal((3, 1), (observers[1].CountChanged("key"), observers[1].CountEpochChanged("name")));
    }

    [Fact]
    public async Task Least_recently_used_entry_makes_room_and_is_told()
    {
        await using InMemoryStore store = Make(new InMemoryStoreOptions { MaxEntries = 3 });
        var observer = new RecordingObserver();
        foreach (string key in (string[])["a", "b", "c"])
            await store.SetAsync(key, Value, null, default);
        await store.GetAsync("a", default);
        using IDisposable observation = store.Observe(observer);

        await store.SetAsync("d", Value, null, default);

        Assert.Equal(["a", "c", "d"], await store.ScanAsync("", default).ToArrayAsync());
        Assert.Equal(1, observer.CountChanged("b"));
    }

    [Fact]
    public async Task Bytes_never_exceed_their_bound()
    {
        await using InMemoryStore store = Make(new InMemoryStoreOptions { MaxBytes = 1000 });
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            await store.SetAsync($"key:{random.Next(50)}", new byte[random.Next(400)], null, default);

            string[] keys = await store.ScanAsync("", default).ToArrayAsync();
            ReadOnlyMemory<byte>?[] values = await store.GetManyAsync(keys, default);
            Assert.InRange(keys.Sum(key => 2 * key.Length) + values.Sum(value => value!.Value.Length), 0, 1000);
        }
    }

    [Fact]
    public async Task Entry_larger_than_the_bound_is_gone_at_once_and_so_is_the_old_one()
    {
        await using InMemoryStore store = Make(new InMemoryStoreOptions { MaxBytes = 100 });
        await store.SetAsync("key", Value, null, default);

        var observer = new RecordingObserver();
        using IDisposable observation = store.Observe(observer);
        await store.SetAsync("key", new byte[200], null, default);

        Assert.Equal(1, observer.CountChanged("key"));
        Assert.False((await store.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public async Task Data_outlives_every_connection()
    {
        InMemoryStore first = Make();
        InMemoryStore second = first.Connect();
        await first.SetAsync("key", Value, null, default);
        await first.DisposeAsync();
        await second.DisposeAsync();

        await using InMemoryStore third = first.Connect();

        Assert.True((await third.GetAsync("key", default)).HasValue);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.GetAsync("key", default).AsTask());
    }

    [Fact]
    public async Task Disconnected_store_fails_and_tells_nothing_until_it_is_back()
    {
        await using InMemoryStore store = Make();
        await using InMemoryStore other = store.Connect();
        var observer = new RecordingObserver();
        using IDisposable observation = store.Observe(observer);

        store.Disconnect();
        Assert.False(store.IsConnected);
        await Assert.ThrowsAsync<IOException>(() => store.SetAsync("key", Value, null, default).AsTask());
        await Assert.ThrowsAsync<IOException>(() => store.BumpEpochAsync("name", default).AsTask());
        await other.SetAsync("key", Value, null, default);
        store.Reconnect();
        store.Reconnect();

        Assert.True(store.IsConnected);
        Assert.Equal((0, 1, 1), (observer.CountChanged("key"), observer.CountLost(), observer.CountRestored()));
        Assert.True((await store.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public async Task Wait_for_a_lease_fails_when_the_connection_is_lost()
    {
        await using InMemoryStore store = Make();
        await using InMemoryStore other = store.Connect();
        await other.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
        Task wait = store.WaitForLeaseAsync("key", default).AsTask();

        store.Disconnect();
        store.Reconnect();

        await Assert.ThrowsAsync<IOException>(() => wait.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Connection_has_one_observer_in_its_life()
    {
        await using InMemoryStore store = Make();
        store.Observe(new RecordingObserver()).Dispose();

        Assert.Throws<InvalidOperationException>(() => store.Observe(new RecordingObserver()));
    }

    [Fact]
    public async Task Observer_may_call_the_store()
    {
        await using InMemoryStore store = Make();
        var observer = new CallingObserver(store);
        using IDisposable observation = store.Observe(observer);

        await store.Connect().SetAsync("key", Value, null, default).AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(["key"], observer.Listed);
    }

    [Theory]
    [InlineData(0L, null, "MaxEntries is 0")]
    [InlineData(null, -5L, "MaxBytes is -5")]
    public void Bound_that_is_not_positive_is_refused_by_name_and_value(long? maxEntries, long? maxBytes, string expected)
    {
        var options = new InMemoryStoreOptions { MaxEntries = maxEntries, MaxBytes = maxBytes };

        ArgumentException error = Assert.ThrowsAny<ArgumentException>(() => new InMemoryStore(options));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private InMemoryStore Make(InMemoryStoreOptions? options = null) => new((options ?? new InMemoryStoreOptions()) with { TimeProvider = _time });

    private sealed class CallingObserver(InMemoryStore store) : IStoreObserver
    {
        public string[] Listed { get; private set; } = [];

        // On another thread: what the store holds while it tells, this would wait for.
        public void OnChanged(string key) => Listed = Task.Run(() => store.ScanAsync("", default).ToArrayAsync().AsTask()).GetAwaiter().GetResult();

        public void OnEpochChanged(string name)
        {
        }

        public void OnConnectionLost()
        {
        }

        public void OnConnectionRestored()
        {
        }
    }
}
