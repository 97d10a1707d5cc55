using Larder.Conformance.Faults;
using Larder.Stores;
using Larder.Tests.Caching;

namespace Larder.Tests.Coherence;

/// <summary>G4 and G3 across caches: what one does to the store, the other's memory learns before it is acknowledged.</summary>
public sealed class CoherenceTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly EntryOptions Tagged = new() { Ttl = Day, Tags = ["t"] };

    /// <summary>What is done in one cache.</summary>
    public enum What
    {
        Set,
        Remove,
        RemoveMany,
        Tag,
        Clear,
        ClearCollection,
        Pattern,
        SetByFactory,
    }

    public static TheoryData<What> All => [.. Enum.GetValues<What>()];

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_one_cache_does_is_seen_by_the_others_memory_once_it_is_acknowledged(What what)
    {
        await using var bed = new Testbed(StoreKind.Capable);
        Cache other = bed.Another();
        // A value of the other's own factory, in its memory, with a tag that it never heard of otherwise.
        await other.GetOrSetAsync("k", _ => new ValueTask<string>("old"), options: Tagged).Soon();
        Assert.Equal("old", other.Get<string>("k"));
        if (what == What.SetByFactory)
            await bed.Cache.RemoveAsync("k").Soon();

        await DoAsync(bed.Cache, what);
        Assert.Equal(what is What.Set or What.SetByFactory ? "new" : null, other.Get<string>("k"));
        Assert.Equal(what is What.Set or What.SetByFactory ? "new" : "made", await other.GetOrSetAsync("k", _ => new ValueTask<string>("made"), options: Tagged).Soon());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_read_under_way_while_another_cache_changes_the_entry_is_not_kept(What what)
    {
        if (what is What.SetByFactory)
            return; // A factory of another process does not run while there is a value.
        await using var bed = new Testbed(StoreKind.Capable);
        Cache other = bed.Another();
        await other.SetAsync("k", "old", options: Tagged).Soon();
        Fault held = bed.Store.HoldReply(StoreCalls.Get);
        Task<string?> reading = bed.Cache.GetAsync<string>("k").AsTask();
        await held.ReachedAsync().Soon();
        await DoAsync(other, what);
        held.End();
        await reading.Soon();

        Assert.Equal(what == What.Set ? "new" : null, await bed.Cache.GetAsync<string>("k").Soon());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_factory_at_work_while_another_cache_changes_the_entry_is_kept_in_no_tier(What what)
    {
        if (what is What.SetByFactory or What.Pattern)
            return; // One waits for the lease; the other does not find what is not there yet (docs say so).
        await using var bed = new Testbed(StoreKind.Capable);
        Cache other = bed.Another();
        var started = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        Task<string> computing = bed.Cache.GetOrSetAsync(
            "k",
            async _ =>
            {
                started.SetResult();
                await gate.Task;
                return "old";
            },
            options: Tagged).AsTask();
        await started.Task.Soon();
        await DoAsync(other, what);
        gate.SetResult();
        Assert.Equal("old", await computing.Soon());

        string? expected = what == What.Set ? "new" : null;
        Assert.Equal(expected, await bed.Cache.GetAsync<string>("k").Soon());
        Assert.Equal(expected, await other.GetAsync<string>("k").Soon());
        Assert.Equal(expected, await bed.Another().GetAsync<string>("k").Soon());
    }

    [Fact]
    public async Task Without_its_connection_a_cache_serves_nothing_that_it_cannot_verify()
    {
        var server = new InMemoryStore();
        InMemoryStore connection = server.Connect();
        await using Cache cache = Cache.Create(options => options.UseStore(connection));
        await using Cache other = Cache.Create(options => options.UseStore(server.Connect()));
        await cache.SetAsync("k", 1, Day).Soon();
        Assert.Equal(1, cache.Get<int>("k"));

        connection.Disconnect();
        await other.SetAsync("k", 2, Day).Soon();
        Assert.False(cache.TryGet("k", out int _));
        Assert.Equal(3, await cache.GetOrSetAsync("k", _ => new ValueTask<int>(3)).Soon());

        connection.Reconnect();
        Assert.Equal(1, cache.Statistics.CoherenceLosses);
        Assert.NotEqual(1, await cache.GetAsync<int>("k").Soon());
    }

    [Fact]
    public async Task What_is_read_while_nobody_tells_of_changes_is_asked_for_again_each_time()
    {
        var server = new InMemoryStore();
        var channel = new Channel();
        InMemoryStore connection = server.Connect();
        var store = new FaultyCapableStore(connection, connection, connection, channel);
        await using Cache cache = Cache.Create(options => options.UseStore(store));
        await using Cache other = Cache.Create(options => options.UseStore(server.Connect()));
        await other.SetAsync("k", 1, Day).Soon();
        Assert.Equal(1, await cache.GetAsync<int>("k").Soon());

        channel.Observer!.OnConnectionLost();
        await other.SetAsync("k", 2, Day).Soon();
        Assert.Equal(2, await cache.GetAsync<int>("k").Soon());
        await other.SetAsync("k", 3, Day).Soon();
        Assert.Equal(3, await cache.GetAsync<int>("k").Soon());
        await other.ClearAsync().Soon();
        Assert.False((await cache.TryGetAsync<int>("k").Soon()).Found);
        await other.SetAsync("k", 4, Day).Soon();
        Assert.Equal(4, await cache.GetAsync<int>("k").Soon());
        await other.SetAsync("k", 5, Day).Soon();

        channel.Observer.OnConnectionRestored();
        Assert.Equal(5, await cache.GetAsync<int>("k").Soon());
        store.ForgetCalls();
        Assert.Equal(5, await cache.GetAsync<int>("k").Soon());
        Assert.Empty(store.Calls);
    }

    [Fact]
    public async Task What_is_set_while_the_connection_is_lost_is_served_and_reaches_the_store_when_it_is_back()
    {
        var time = new ManualTimeProvider();
        var data = new InMemoryStore(new InMemoryStoreOptions { TimeProvider = time });
        await using Cache cache = Cache.Create(o =>
        {
            o.TimeProvider = time;
            o.DefaultTtl = Day;
            o.UseStore(data);
        });
        data.Disconnect();
        await cache.SetAsync("k", "v").Soon();
        Assert.Equal("v", await cache.GetAsync<string>("k").Soon());

        data.Reconnect();
        for (int i = 0; i < 100 && cache.Statistics.RecoveryPending > 0; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await using Cache other = Cache.Create(o =>
        {
            o.TimeProvider = time;
            o.UseStore(data.Connect());
        });
        Assert.Equal("v", await other.GetAsync<string>("k").Soon());
    }

    private static async Task DoAsync(Cache cache, What what)
    {
        ValueTask done = what switch
        {
            What.Set => cache.SetAsync("k", "new", options: Tagged),
            What.Remove => new ValueTask(cache.RemoveAsync("k").AsTask()),
            What.RemoveMany => cache.RemoveManyAsync(["k"]),
            What.Tag => cache.RemoveByTagAsync("t"),
            What.Clear => cache.ClearAsync(),
            What.ClearCollection => cache.ClearAsync(Cache.DefaultCollection, null, CacheScope.Global),
            What.Pattern => new ValueTask(cache.RemoveByPatternAsync("k*").AsTask()),
            _ => new ValueTask(cache.GetOrSetAsync("k", _ => new ValueTask<string>("new"), options: Tagged).AsTask()),
        };
        await done.Soon();
    }

    /// <summary>A coherence channel that the test speaks through.</summary>
    private sealed class Channel : ICoherentStore
    {
        public IStoreObserver? Observer { get; private set; }

        public IDisposable Observe(IStoreObserver observer)
        {
            Observer = observer;
            return new MemoryStream();
        }
    }
}
