using System.Collections.Concurrent;

namespace Larder.Tests.Caching;

/// <summary>The synchronous members do what their asynchronous twins do, wherever they are called from.</summary>
public sealed class SyncTwinTests
{
    public enum Face
    {
        Sync,
        Async,
    }

    public static TheoryData<Face, StoreKind> Cases
    {
        get
        {
            var cases = new TheoryData<Face, StoreKind>();
            foreach (Face face in Enum.GetValues<Face>())
            {
                foreach (StoreKind kind in Enum.GetValues<StoreKind>())
                    cases.Add(face, kind);
            }

            return cases;
        }
    }

    /// <summary>One face of a cache: the same calls, made synchronously or not.</summary>
    private sealed class Caller(Cache cache, Face face)
    {
        private bool Sync => face == Face.Sync;

        public async Task<string> GetOrSet(string key, Func<string> factory, TimeSpan? ttl = null, EntryOptions? options = null) =>
            Sync ? cache.GetOrSet(key, _ => factory(), ttl, options) : await cache.GetOrSetAsync(key, _ => new ValueTask<string>(factory()), ttl, options);

        public async Task<string> GetOrSetState(string key, string state) =>
            Sync ? cache.GetOrSet(key, state, static (state, _) => state) : await cache.GetOrSetAsync(key, state, static (state, _) => new ValueTask<string>(state));

        public async Task<string> GetOrSetAdaptive(string key, Func<EntryContext, string> factory) =>
            Sync ? cache.GetOrSet<string>(key, (EntryContext entry, CancellationToken _) => factory(entry)) : await cache.GetOrSetAsync<string>(key, (entry, _) => new ValueTask<string>(factory(entry)));

        public async Task<string?> Get(string key) => Sync ? cache.Get<string>(key) : await cache.GetAsync<string>(key);

        public async Task<bool> TryGet(string key) => Sync ? cache.TryGet(key, out string _) : (await cache.TryGetAsync<string>(key)).Found;

        public async Task Set(string key, string value, TimeSpan? ttl = null, EntryOptions? options = null)
        {
            if (Sync)
                cache.Set(key, value, ttl, options);
            else
                await cache.SetAsync(key, value, ttl, options);
        }

        public async Task<bool> Remove(string key) => Sync ? cache.Remove(key) : await cache.RemoveAsync(key);

        public async Task<bool> Contains(string key) => Sync ? cache.Contains(key) : await cache.ContainsAsync(key);

        public async Task<TimeToLive> GetTimeToLive(string key) => Sync ? cache.GetTimeToLive(key) : await cache.GetTimeToLiveAsync(key);

        public async Task<bool> SetTimeToLive(string key, TimeSpan ttl) => Sync ? cache.SetTimeToLive(key, ttl) : await cache.SetTimeToLiveAsync(key, ttl);

        public async Task<bool> Refresh(string key) => Sync ? cache.Refresh(key) : await cache.RefreshAsync(key);

        public async Task<long> RemoveByPattern(string pattern) => Sync ? cache.RemoveByPattern(pattern) : await cache.RemoveByPatternAsync(pattern);

        public async Task RemoveByTag(string tag)
        {
            if (Sync)
                cache.RemoveByTag(tag);
            else
                await cache.RemoveByTagAsync(tag);
        }

        public async Task Clear()
        {
            if (Sync)
                cache.Clear();
            else
                await cache.ClearAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Both_faces_do_the_same(Face face, StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await PlayAsync(bed, new Caller(bed.Cache, face)).Soon();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Both_faces_work_on_a_thread_that_nobody_else_may_use(Face face, StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await Pump.RunAsync(() => PlayAsync(bed, new Caller(bed.Cache, face))).Soon();
    }

    [Fact]
    public async Task A_synchronous_caller_on_such_a_thread_gets_through_while_the_store_is_slow()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        await bed.Another().SetAsync("k", "v").Soon();
        Conformance.Faults.Fault slow = bed.Store.HoldReply(Conformance.Faults.StoreCalls.Get);
        Task<string?> call = Pump.RunAsync(() => Task.FromResult(bed.Cache.Get<string>("k")));
        await slow.ReachedAsync().Soon();
        slow.End();

        Assert.Equal("v", await call.Soon());
    }

    [Fact]
    public async Task An_exception_is_the_same_and_unwrapped()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        var error = new IOException();
        Assert.Same(error, Assert.Throws<IOException>(() => bed.Cache.GetOrSet<int>("k", (CancellationToken _) => throw error)));
        Assert.Same(error, Assert.Throws<IOException>(() => bed.Cache.GetOrSet<int, int>("k", 1, (_, _) => throw error)));
        Assert.Same(error, Assert.Throws<IOException>(() => bed.Cache.GetOrSet<int>("k", (EntryContext _, CancellationToken _) => throw error)));
    }

    [Fact]
    public async Task A_synchronous_factory_runs_on_the_callers_thread()
    {
        await using var bed = new Testbed();
        int here = Environment.CurrentManagedThreadId;

        Assert.Equal(here, bed.Cache.GetOrSet("k", _ => Environment.CurrentManagedThreadId));
    }

    private static async Task PlayAsync(Testbed bed, Caller cache)
    {
        EntryOptions tagged = new() { Tags = ["t"] };
        Assert.Equal("a", await cache.GetOrSet("a", () => "a"));
        Assert.Equal("a", await cache.GetOrSet("a", () => "again"));
        Assert.Equal("s", await cache.GetOrSetState("state", "s"));
        Assert.Equal("x", await cache.GetOrSetAdaptive("adaptive", entry =>
        {
            entry.Ttl = TimeSpan.FromSeconds(5);
            return "x";
        }));
        Assert.Equal(TimeSpan.FromSeconds(5), (await cache.GetTimeToLive("adaptive")).Remaining);
        Assert.Null(await cache.Get("none"));
        Assert.False(await cache.TryGet("none"));

        await cache.Set("b", "b", TimeSpan.FromSeconds(10), tagged);
        Assert.True(await cache.Contains("b"));
        Assert.True(await cache.SetTimeToLive("b", TimeSpan.FromSeconds(20)));
        bed.Advance(TimeSpan.FromSeconds(15));
        Assert.True(await cache.Refresh("b"));
        Assert.Equal(TimeSpan.FromSeconds(20), (await cache.GetTimeToLive("b")).Remaining);
        await cache.RemoveByTag("t");
        Assert.False(await cache.TryGet("b"));

        Assert.True(await cache.Remove("a"));
        Assert.False(await cache.Remove("a"));
        await cache.Set("user:1", "1");
        await cache.Set("user:2", "2");
        Assert.Equal(2, await cache.RemoveByPattern("user:*"));
        Assert.False(await cache.Contains("user:1"));
        await cache.Clear();
        Assert.False(await cache.Contains("state"));
        await Assert.ThrowsAsync<IOException>(() => cache.GetOrSet("bad", () => throw new IOException()));
    }

    /// <summary>One thread with a synchronization context of its own, as a user interface has it.</summary>
    private sealed class Pump : SynchronizationContext
    {
        private readonly BlockingCollection<(SendOrPostCallback Work, object? State)> _queue = [];

        public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

        public static Task<T> RunAsync<T>(Func<Task<T>> work) => Task.Factory.StartNew(
            () =>
            {
                var pump = new Pump();
                SetSynchronizationContext(pump);
                Task<T> running = work();
                _ = running.ContinueWith(_ => pump._queue.CompleteAdding(), TaskScheduler.Default);
                foreach ((SendOrPostCallback callback, object? state) in pump._queue.GetConsumingEnumerable())
                    callback(state);
                return running.GetAwaiter().GetResult();
            },
            TaskCreationOptions.LongRunning);

        public static Task<bool> RunAsync(Func<Task> work) => RunAsync(async () =>
        {
            await work();
            return true;
        });
    }
}
