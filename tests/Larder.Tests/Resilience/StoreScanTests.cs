using System.Runtime.CompilerServices;
using Larder.Conformance.Faults;
using Larder.Diagnostics;
using Larder.Resilience;
using Larder.Stores;
using Larder.Tests.Caching;
using Larder.Tests.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Tests.Resilience;

/// <summary>A walk over the store's keys may take its time; a store that does not come to its next step holds nobody.</summary>
public sealed class StoreScanTests
{
    private static readonly TimeSpan ReadTimeout = new StoreOptions().ReadTimeout;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Removal_by_pattern_ends_when_the_read_timeout_of_a_step_that_hangs_is_over(bool atTheEnd)
    {
        await using var bed = new Testbed(StoreKind.Plain, static options => options.FailSilently = false);
        await bed.Cache.SetAsync("key", 1).Soon();
        using Fault hanging = atTheEnd
            ? bed.Store.HoldReply(StoreCalls.Scan, ignoreCancellation: true)
            : bed.Store.Hold(StoreCalls.Scan, ignoreCancellation: true);
        Task<long> removal = bed.Cache.RemoveByPatternAsync("k*").AsTask();
        await hanging.ReachedAsync().Soon();

        bed.Advance(ReadTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(removal.IsCompleted);
        bed.Advance(TimeSpan.FromMilliseconds(1));

        var error = await Assert.ThrowsAsync<CacheStoreException>(() => removal.Soon());
        Assert.IsType<TimeoutException>(error.InnerException);
        Assert.Equal(1, bed.Cache.Statistics.StoreFailures);
        // What it could not find is invalid all the same.
        Assert.False((await bed.Another().TryGetAsync<int>("key").Soon()).Found);
    }

    [Fact]
    public async Task Steps_that_are_each_in_time_may_add_up_to_any_time()
    {
        var time = new ManualTimeProvider();
        await using var store = new SteppingStore(new InMemoryStore(new InMemoryStoreOptions { TimeProvider = time }));
        for (int i = 0; i < 10; i++)
            await store.SetAsync($"key{i}", new byte[1], null, default);
        using var telemetry = new CacheTelemetry("scan", store.Name, NullLogger.Instance, verbose: false, time, new CacheEvents(), () => (0, 0));
        IAsyncEnumerator<string> scan = new StoreGuard(store, new StoreOptions(), time, telemetry).ScanAsync("key", default).GetAsyncEnumerator(default);

        for (int i = 0; i <= 10; i++)
        {
            Task<bool> step = scan.MoveNextAsync().AsTask();
            time.Advance(0.9 * ReadTimeout);
            Assert.False(step.IsCompleted);
            store.Step();
            Assert.Equal(i < 10, await step.Soon());
        }

        await scan.DisposeAsync();
        await Waiting.UntilAsync(() => store.IsScanEnded);
    }

    [Fact]
    public async Task Scan_that_was_given_up_is_cancelled_and_disposed_when_its_step_has_ended()
    {
        var time = new ManualTimeProvider();
        var store = new SteppingStore(new InMemoryStore(new InMemoryStoreOptions { TimeProvider = time }));
        await using Cache cache = Cache.Create(options =>
        {
            options.TimeProvider = time;
            options.UseStore(store);
        });
        await cache.SetAsync("key", 1).Soon();

        Task<long> removal = cache.RemoveByPatternAsync("k*").AsTask();
        await Waiting.UntilAsync(() => store.StepsBegun == 1);
        time.Advance(ReadTimeout);
        await removal.Soon();

        Assert.True(store.IsScanCancelled);
        Assert.False(store.IsScanEnded);
        store.Step();
        await Waiting.UntilAsync(() => store.IsScanEnded);
    }

    [Fact]
    public async Task Caller_who_gives_up_is_not_held_by_a_step_that_hangs()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        using Fault hanging = bed.Store.Hold(StoreCalls.Scan, ignoreCancellation: true);
        using var giveUp = new CancellationTokenSource();
        Task<long> removal = bed.Cache.RemoveByPatternAsync("k*", giveUp.Token).AsTask();
        await hanging.ReachedAsync().Soon();

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removal.Soon());
        Assert.Equal(0, bed.Cache.Statistics.StoreFailures);
    }

    [Fact]
    public async Task Reclaiming_what_was_cleared_is_tried_again_after_a_scan_that_hangs()
    {
        await using var bed = new Testbed(StoreKind.Capable, static options => options.Store.SweepInterval = TimeSpan.FromSeconds(10));
        await bed.Cache.SetAsync("key", 1, TimeSpan.FromDays(1)).Soon();
        using Fault hanging = bed.Store.Hold(StoreCalls.Scan, times: 1, ignoreCancellation: true);
        await bed.Cache.ClearAsync().Soon();
        await PassUntilAsync(bed, () => hanging.Happened == 1);
        Assert.Single(await bed.StoredKeysAsync());

        await PassUntilAsync(bed, async () => (await bed.StoredKeysAsync()).Count == 0);

        Assert.True(bed.Store.Count(StoreCalls.Scan) > 1);
    }

    private static Task PassUntilAsync(Testbed bed, Func<bool> condition) => PassUntilAsync(bed, () => Task.FromResult(condition()));

    private static async Task PassUntilAsync(Testbed bed, Func<Task<bool>> condition)
    {
        for (int i = 0; !await condition(); i++)
        {
            Assert.True(i < 10_000, "What the test waits for has not happened.");
            bed.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(1);
        }
    }

    /// <summary>A store whose scan gives a key when it is told to, and looks at nobody's token.</summary>
    private sealed class SteppingStore(InMemoryStore inner) : StoreDecorator(inner)
    {
        private readonly SemaphoreSlim _steps = new(0);
        private volatile int _begun;
        private volatile bool _ended;
        private CancellationToken _token;

        public int StepsBegun => _begun;

        public bool IsScanEnded => _ended;

        public bool IsScanCancelled => _token.IsCancellationRequested;

        public void Step() => _steps.Release();

        public override async IAsyncEnumerable<string> ScanAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            _token = cancellationToken;
            try
            {
                string[] keys = await base.ScanAsync(prefix, CancellationToken.None).ToArrayAsync(CancellationToken.None);
                for (int i = 0; i <= keys.Length; i++)
                {
                    _begun = i + 1;
                    await _steps.WaitAsync(CancellationToken.None);
                    if (i < keys.Length)
                        yield return keys[i];
                }
            }
            finally
            {
                _ended = true;
            }
        }
    }
}
