namespace Larder.Tests.Caching;

/// <summary>
/// G3: a value computed from data read before an invalidation is never cached after it. Each way to invalidate, against
/// each way in which a factory can be at work, over each kind of store.
/// </summary>
/// <remarks>
/// These are the shapes in which other libraries were reported to lose the invalidation: FusionCache 535 (tag, plain
/// factory), 613 (store read under way), 625 (key, plain factory), 628 (tag, eager refresh), BitFaster.Caching 333 (key).
/// </remarks>
public sealed class InvalidationWinsTests
{
    private const string Old = "old";
    private const string New = "new";

    /// <summary>How the factory came to be at work.</summary>
    public enum Run
    {
        /// <summary>A caller waits for it.</summary>
        Plain,

        /// <summary>A caller waits for it, and it gives the tags itself.</summary>
        Adaptive,

        /// <summary>A synchronous caller waits for it.</summary>
        Synchronous,

        /// <summary>A hit started it.</summary>
        EagerRefresh,

        /// <summary>Its caller was served something stale, and it went on.</summary>
        AfterSoftTimeout,

        /// <summary>Its caller got a timeout, and it went on.</summary>
        AfterHardTimeout,

        /// <summary>Its caller got a timeout, it was cancelled, and it pays no heed.</summary>
        CancelledByHardTimeout,

        /// <summary>Its caller gave up, it was cancelled, and it pays no heed.</summary>
        CancelledByCaller,

        /// <summary>It computes many keys.</summary>
        Many,

        /// <summary>Hits of many keys started it.</summary>
        ManyEagerRefresh,

        /// <summary>It computes many keys; its caller was served what was stale of them, and it went on.</summary>
        ManyAfterSoftTimeout,
    }

    public static TheoryData<Invalidation, Run, StoreKind> Cases
    {
        get
        {
            var cases = new TheoryData<Invalidation, Run, StoreKind>();
            foreach (Invalidation how in Enum.GetValues<Invalidation>())
            {
                foreach (Run run in Enum.GetValues<Run>())
                {
                    foreach (StoreKind store in Enum.GetValues<StoreKind>())
                        cases.Add(how, run, store);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_value_of_a_factory_that_was_overtaken_is_kept_nowhere(Invalidation how, Run run, StoreKind store)
    {
        await using var bed = new Testbed(store);
        var gate = NewGate(run);
        Task<string?> caller = await StartAsync(bed, run, gate);

        await how.ApplyAsync(bed.Cache);
        await gate.OpenAsync();
        await AssertAnsweredAsync(caller, run);

        await AssertKeptAsync(bed.Cache, how);
        if (bed.HasStore)
            await AssertKeptAsync(bed.Another(), how);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Whoever_asks_after_the_invalidation_gets_a_value_of_their_own(Invalidation how, Run run, StoreKind store)
    {
        await using var bed = new Testbed(store);
        var gate = NewGate(run);
        Task<string?> caller = await StartAsync(bed, run, gate);

        await how.ApplyAsync(bed.Cache);
        Task<string> later = Subject.In(bed.Cache).GetOrSetAsync(Subject.Key, _ => new ValueTask<string>(New), options: Subject.Options).AsTask();
        // Which tags an entry carries is known when it has been computed: only then can a later caller know better.
        if (how.IsTag())
            await gate.OpenAsync();
        string expected = how.IsSet() ? Subject.SetValue : New;
        Assert.Equal(expected, await later.Soon());
        await gate.OpenAsync();
        await AssertAnsweredAsync(caller, run);

        Assert.Equal(expected, Subject.In(bed.Cache).Get<string>(Subject.Key));
        if (bed.HasStore)
            Assert.Equal(expected, await Subject.In(bed.Another()).GetAsync<string>(Subject.Key).Soon());
    }

    private static FactoryGate<string> NewGate(Run run) => new(Old)
    {
        Decide = run == Run.Adaptive ? static entry => entry.Tags = [Subject.Tag] : null,
    };

    private static async Task AssertAnsweredAsync(Task<string?> caller, Run run)
    {
        string? expected = run switch
        {
            Run.EagerRefresh or Run.AfterSoftTimeout or Run.ManyEagerRefresh or Run.ManyAfterSoftTimeout => "seed",
            Run.AfterHardTimeout or Run.CancelledByHardTimeout or Run.CancelledByCaller => null,
            _ => Old,
        };
        Assert.Equal(expected, await caller.Soon());
    }

    private static async Task AssertKeptAsync(Cache cache, Invalidation how)
    {
        CacheResult<string> kept = await Subject.In(cache).TryGetAsync<string>(Subject.Key).Soon();
        Assert.Equal(how.IsSet() ? new CacheResult<string>(Subject.SetValue) : default, kept);
    }

    // Starts the factory; the result is what its caller gets, null for a caller who was sent away.
    private static async Task<Task<string?>> StartAsync(Testbed bed, Run run, FactoryGate<string> gate)
    {
        Cache cache = Subject.In(bed.Cache);
        EntryOptions options = Subject.Options;
        Task<string?> caller;
        switch (run)
        {
            case Run.Plain:
                caller = cache.GetOrSetAsync(Subject.Key, gate.RunAsync, options: options).AsTask()!;
                break;
            case Run.Adaptive:
                caller = cache.GetOrSetAsync<string>(Subject.Key, gate.RunAdaptiveAsync).AsTask()!;
                break;
            case Run.Synchronous:
                caller = Task.Factory.StartNew(() => (string?)cache.GetOrSet(Subject.Key, gate.Run, options: options), TaskCreationOptions.LongRunning);
                break;
            case Run.EagerRefresh:
                options = options with { EagerRefresh = 0.5 };
                await cache.SetAsync(Subject.Key, "seed", options: options).Soon();
                bed.Advance(TimeSpan.FromSeconds(40));
                caller = cache.GetOrSetAsync(Subject.Key, gate.RunAsync, options: options).AsTask()!;
                break;
            case Run.AfterSoftTimeout:
                options = options with { Grace = TimeSpan.FromHours(1), SoftTimeout = TimeSpan.FromMilliseconds(100) };
                await cache.SetAsync(Subject.Key, "seed", options: options).Soon();
                bed.Advance(TimeSpan.FromMinutes(2));
                caller = cache.GetOrSetAsync(Subject.Key, gate.RunAsync, options: options).AsTask()!;
                await gate.Started;
                bed.Advance(TimeSpan.FromSeconds(1));
                await caller.Soon();
                break;
            case Run.AfterHardTimeout:
            case Run.CancelledByHardTimeout:
                options = options with { HardTimeout = TimeSpan.FromMilliseconds(100), CompleteInBackground = run == Run.AfterHardTimeout };
                Task<string> hurried = cache.GetOrSetAsync(Subject.Key, gate.RunAsync, options: options).AsTask();
                await gate.Started;
                bed.Advance(TimeSpan.FromSeconds(1));
                await Assert.ThrowsAsync<TimeoutException>(() => hurried.Soon());
                caller = Task.FromResult<string?>(null);
                break;
            case Run.CancelledByCaller:
                using (var cancellation = new CancellationTokenSource())
                {
                    Task<string> impatient = cache.GetOrSetAsync(Subject.Key, gate.RunAsync, options: options, cancellationToken: cancellation.Token).AsTask();
                    await gate.Started;
                    await cancellation.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient.Soon());
                }

                caller = Task.FromResult<string?>(null);
                break;
            case Run.Many:
                caller = ManyAsync(cache, gate, options);
                break;
            case Run.ManyEagerRefresh:
                options = options with { EagerRefresh = 0.5 };
                await SeedManyAsync(cache, options);
                bed.Advance(TimeSpan.FromSeconds(40));
                caller = ManyAsync(cache, gate, options);
                break;
            case Run.ManyAfterSoftTimeout:
                options = options with { Grace = TimeSpan.FromHours(1), SoftTimeout = TimeSpan.FromMilliseconds(100) };
                await SeedManyAsync(cache, options);
                bed.Advance(TimeSpan.FromMinutes(2));
                caller = ManyAsync(cache, gate, options);
                await gate.Started;
                bed.Advance(TimeSpan.FromSeconds(1));
                await caller.Soon();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(run), run, "There is no such run.");
        }

        await gate.Started;
        return caller;
    }

    private static async Task SeedManyAsync(Cache cache, EntryOptions options)
    {
        foreach (string key in (string[])["a", Subject.Key, "b"])
            await cache.SetAsync(key, "seed", options: options).Soon();
    }

    private static async Task<string?> ManyAsync(Cache cache, FactoryGate<string> gate, EntryOptions options)
    {
        IReadOnlyDictionary<string, string> values = await cache.GetOrSetManyAsync<string>(
            ["a", Subject.Key, "b"],
            async (keys, ct) =>
            {
                string value = await gate.RunAsync(ct).ConfigureAwait(false);
                return keys.ToDictionary(key => key, _ => value);
            },
            options: options);
        return values[Subject.Key];
    }
}
