using System.Collections.Concurrent;
using System.Diagnostics;
using Larder.Redis.Tests.Coherence;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Faults;

/// <summary>The server is stopped for a while (SIGSTOP): its connections stay open, and nothing is answered.</summary>
public sealed class PauseTests
{
    private const int Keys = 200;
    private const int Callers = 8;

    [Fact]
    public Task Callers_are_answered_through_a_pause_of_five_seconds() => PauseAsync(TimeSpan.FromSeconds(5), redis =>
    {
        redis.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
        redis.CommandTimeout = TimeSpan.FromSeconds(1);
        redis.ConnectTimeout = TimeSpan.FromSeconds(1);
    });

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "redis-pause")]
    public Task Callers_are_answered_through_a_pause_of_thirty_seconds() => PauseAsync(TimeSpan.FromSeconds(30), redis =>
    {
        // As they are for everybody who has set nothing.
        var defaults = new RedisStoreOptions();
        (redis.HeartbeatInterval, redis.CommandTimeout, redis.ConnectTimeout) = (defaults.HeartbeatInterval, defaults.CommandTimeout, defaults.ConnectTimeout);
        (redis.ReconnectDelay, redis.MaxReconnectDelay) = (defaults.ReconnectDelay, defaults.MaxReconnectDelay);
    });

    private static async Task PauseAsync(TimeSpan pause, Action<RedisStoreOptions> redis)
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using var one = new Node(own, "", redis, AsByDefault);
        await using var two = new Node(own, "", redis, AsByDefault);
        await one.Cache.SetAsync("changed", "old").Soon();
        await one.Cache.SetAsync("removed", "old").Soon();
        Assert.Equal("old", await two.GetOrMakeAsync("removed", "not needed"));
        var calls = new Calls(one.Cache);
        Task calling = calls.RunAsync();
        await Waiting.UntilAsync(() => calls.Count > 10 * Keys, "The callers do not get on.");

        await own.PauseAsync();
        long stopped = Stopwatch.GetTimestamp();
        await two.Cache.SetAsync("changed", "new").Soon();
        await two.Cache.RemoveAsync("removed").Soon();
        Task writerReading = calls.ReadAsync(two.Cache, calls.SeenByWriter);
        await Waiting.UntilAsync(() => one.Cache.Statistics.CoherenceLosses > 0, "The silence was not noticed.");
        TimeSpan noticed = Stopwatch.GetElapsedTime(stopped);
        int before = calls.Count;
        TimeSpan rest = pause - Stopwatch.GetElapsedTime(stopped);
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest); // The pause itself: nothing to wait for happens.
        Assert.True(calls.Count > before + Keys, $"Only {calls.Count - before} answers came while the server was stopped.");
        await own.ResumeAsync();
        long resumed = Stopwatch.GetTimestamp();
        await Waiting.UntilAsync(() => two.Cache.Statistics is { RecoveryPending: 0, CircuitOpen: false }, "What was changed did not reach the server.");
        await Waiting.UntilAsync(() => calls.Changed.LastOrDefault() == "new" && one.Cache.Statistics is { CircuitOpen: false }, "The change is not seen.");
        TimeSpan normal = Stopwatch.GetElapsedTime(resumed);
        await calls.EndAsync();
        await Task.WhenAll(calling, writerReading).Soon();

        Assert.Empty(calls.Failures);
        // Whoever made the change never sees what was before. The other may, when it asks Redis before the change has got there; but not after.
        Assert.DoesNotContain("old", calls.SeenByWriter);
        Assert.DoesNotContain("old", calls.Changed.SkipWhile(value => value != "new"));
        Assert.Null(await one.Cache.GetAsync<string>("removed").Soon());
        Assert.Null(await two.Cache.GetAsync<string>("removed").Soon());
        Assert.True(one.Store.Statistics.Reverifications > 0);
        // And changes are told again.
        await two.Cache.SetAsync("changed", "newest").Soon();
        await Waiting.UntilAsync(async () => await one.Cache.GetAsync<string>("changed") == "newest", "Changes are not told any more.");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Stopped for {pause.TotalSeconds:0} s: {calls.Count} answers, the slowest after {calls.Longest.TotalMilliseconds:0} ms; the silence was noticed after {noticed.TotalMilliseconds:0} ms; "
            + $"all was normal {normal.TotalMilliseconds:0} ms after the server went on.");
    }

    // The timeouts of a cache for which nothing is set, unlike those of other tests' nodes.
    private static void AsByDefault(CacheOptions options)
    {
        var defaults = new CacheOptions();
        (options.Store.ReadTimeout, options.Store.WriteTimeout) = (defaults.Store.ReadTimeout, defaults.Store.WriteTimeout);
        (options.Store.RecoveryInterval, options.Store.CircuitBreak) = (defaults.Store.RecoveryInterval, defaults.Store.CircuitBreak);
    }

    /// <summary>Callers that never stop, and what they see.</summary>
    private sealed class Calls(Cache cache)
    {
        private readonly CancellationTokenSource _end = new();
        private int _count;
        private long _longest;

        public int Count => Volatile.Read(ref _count);

        public TimeSpan Longest => TimeSpan.FromTicks(Volatile.Read(ref _longest));

        public ConcurrentQueue<Exception> Failures { get; } = [];

        /// <summary>What a reader saw of the key that is changed, each time that it was something else.</summary>
        public ConcurrentQueue<string?> Changed { get; } = [];

        /// <summary>The same of a reader in the process that changed it, from then on.</summary>
        public ConcurrentQueue<string?> SeenByWriter { get; } = [];

        public Task EndAsync() => _end.CancelAsync();

        public Task RunAsync() => Task.WhenAll([Task.Run(() => ReadAsync(cache, Changed)), .. Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller)))]);

        public async Task ReadAsync(Cache reader, ConcurrentQueue<string?> seen)
        {
            while (!_end.IsCancellationRequested)
            {
                string? value = await reader.GetAsync<string>("changed");
                if (seen.IsEmpty || seen.Last() != value)
                    seen.Enqueue(value);
                await Task.Delay(1);
            }
        }

        private async Task CallAsync(int caller)
        {
            for (int i = caller; !_end.IsCancellationRequested; i++)
            {
                long began = Stopwatch.GetTimestamp();
                try
                {
                    // Short-lived, so that most of them go past the memory to the store and to the factory.
                    string key = $"key:{i % Keys}";
                    Assert.Equal(key, await cache.GetOrSetAsync(key, _ => ValueTask.FromResult(key), TimeSpan.FromMilliseconds(50)));
                }
                catch (Exception error)
                {
                    Failures.Enqueue(error);
                }

                Took(Stopwatch.GetElapsedTime(began));
                await Task.Delay(1);
            }
        }

        private void Took(TimeSpan span)
        {
            Interlocked.Increment(ref _count);
            for (long longest = Volatile.Read(ref _longest); span.Ticks > longest && Interlocked.CompareExchange(ref _longest, span.Ticks, longest) != longest; longest = Volatile.Read(ref _longest))
            {
            }
        }
    }
}
