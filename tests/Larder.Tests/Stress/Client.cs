using System.Globalization;

namespace Larder.Tests.Stress;

/// <summary>The source of truth: a version for each key, raised before every write or invalidation.</summary>
internal sealed class Source(int keys)
{
    private readonly long[] _versions = new long[keys];

    public long Read(int key) => Interlocked.Read(ref _versions[key]);

    public long Raise(int key) => Interlocked.Increment(ref _versions[key]);
}

/// <summary>A caller that does one random thing after the other and writes down what came of it.</summary>
internal sealed class Client(int number, RunPlan plan, ISubject subject, int cacheNumber, Source source, History history, IPacer pacer)
{
    private readonly Random _random = new((plan.Seed * 1009) + number);
    private CancellationTokenSource? _cancellation;
    private int _done;

    public Task Current { get; private set; } = Task.CompletedTask;

    public bool IsIdle => Current.IsCompleted;

    public bool HasMore => _done < plan.OperationsPerClient;

    public bool CanCancel => !IsIdle && _cancellation is { IsCancellationRequested: false };

    public static string KeyOf(int key) => string.Create(CultureInfo.InvariantCulture, $"k{key}");

    public void Cancel() => _cancellation?.Cancel();

    public Task Begin()
    {
        _done++;
        history.Began();
        return Current = RunAsync();
    }

    /// <summary>Reads every key, computing nothing, and again with a factory: what is served when all is calm.</summary>
    public async Task ReadAllAsync()
    {
        for (int key = 0; key < plan.Keys; key++)
        {
            await TryGetAsync(key, CancellationToken.None);
            try
            {
                await ComputeCalmlyAsync(key);
            }
            catch (TimeoutException) when (plan.Timeouts)
            {
                // A lease whose grant was lost in the store's failure has to run out first.
                continue;
            }
        }
    }

    // A renewal that a client set off may still be under way, and its factory may throw: whoever joins it gets that. There
    // is at most one such flight for each operation that there was.
    private async Task ComputeCalmlyAsync(int key)
    {
        for (int joined = 0; ; joined++)
        {
            try
            {
                await GetOrSetAsync(key, CancellationToken.None, mayThrow: false);
                return;
            }
            catch (SourceException) when (plan.FactoriesThrow && joined < plan.Clients * plan.OperationsPerClient)
            {
                continue;
            }
        }
    }

    private async Task RunAsync()
    {
        long start = history.Tick();
        int key = _random.Next(plan.Keys);
        int dice = _random.Next(100);
        _cancellation = _random.Next(4) == 0 ? new CancellationTokenSource() : null;
        CancellationToken token = _cancellation?.Token ?? CancellationToken.None;
        try
        {
            await (dice switch
            {
                < 40 => plan.Many && dice < 12 ? GetOrSetManyAsync(token) : GetOrSetAsync(key, token),
                < 55 => plan.Many && dice < 45 ? GetManyAsync(token) : TryGetAsync(key, token),
                < 65 => SetAsync(key),
                < 75 => ChangeAsync("remove", [key], () => subject.RemoveAsync(KeyOf(key))),
                < 79 => ChangeAsync("remove many", AllKeys(), () => subject.RemoveManyAsync([.. AllKeys().Select(KeyOf)])),
                < 85 => ChangeAsync("tag", [.. AllKeys().Where(other => other % 2 == key % 2)], () => subject.RemoveByTagAsync(string.Create(CultureInfo.InvariantCulture, $"t{key % 2}"))),
                < 90 => ChangeAsync("clear", AllKeys(), subject.ClearAsync),
                < 95 => ChangeAsync("pattern", AllKeys(), () => subject.RemoveByPatternAsync("k*")),
                _ => plan.ChangesTtl ? SetTimeToLiveAsync(key, dice) : GetOrSetAsync(key, token),
            });
        }
        catch (Exception error) when (error is SourceException || (error is OperationCanceledException && token.IsCancellationRequested) || (error is TimeoutException && plan.Timeouts))
        {
            // What such a caller may expect; nothing was read then.
            if (error is not SourceException)
                history.Add(new Surrender(cacheNumber, start, history.Tick()));
        }
        catch (Exception error)
        {
            history.Add(new Violation("surprise", $"client {number} got {Brief(error)}"));
        }
        finally
        {
            CheckBound();
            _cancellation?.Dispose();
            _cancellation = null;
        }
    }

    private int[] AllKeys() => [.. Enumerable.Range(0, plan.Keys)];

    private async Task GetOrSetAsync(int key, CancellationToken cancellationToken, bool mayThrow = true)
    {
        long start = history.Tick();
        var runs = new List<FactoryRun>();
        bool throws = mayThrow && plan.FactoriesThrow && _random.Next(3) == 0;
        try
        {
            long value = await subject.GetOrSetAsync(KeyOf(key), token => ComputeAsync(key, start, throws, runs, token), cancellationToken);
            history.Add(new Read(cacheNumber, key, "get-or-set", start, history.Tick(), value));
            Ended(runs);
        }
        catch (SourceException)
        {
            Ended(runs);
            throw;
        }
    }

    private async Task GetOrSetManyAsync(CancellationToken cancellationToken)
    {
        long start = history.Tick();
        var runs = new List<FactoryRun>();
        IReadOnlyDictionary<string, long> values;
        try
        {
            values = await subject.GetOrSetManyAsync(
                [.. AllKeys().Select(KeyOf)],
                async (names, token) =>
                {
                    var made = new Dictionary<string, long>();
                    foreach ((string name, Task<long> value) in names.Select(name => (name, ComputeAsync(name[^1] - '0', start, throws: false, runs, token).AsTask())).ToList())
                        made[name] = await value;
                    return made;
                },
                cancellationToken);
        }
        catch (Exception error) when (error is OperationCanceledException or TimeoutException)
        {
            // It goes on for as long as anybody waits for one of the keys; perhaps nobody does for the others.
            lock (runs)
                runs.ForEach(static run => run.Cancelled = true);
            throw;
        }

        long end = history.Tick();
        foreach ((string key, long value) in values)
            history.Add(new Read(cacheNumber, key[^1] - '0', "get-or-set many", start, end, value));
        Ended(runs);
    }

    private async Task GetManyAsync(CancellationToken cancellationToken)
    {
        long start = history.Tick();
        IReadOnlyDictionary<string, long> values = await subject.GetManyAsync([.. AllKeys().Select(KeyOf)], cancellationToken);
        long end = history.Tick();
        foreach ((string key, long value) in values)
            history.Add(new Read(cacheNumber, key[^1] - '0', "get many", start, end, value));
    }

    private async Task TryGetAsync(int key, CancellationToken cancellationToken)
    {
        long start = history.Tick();
        if ((await subject.TryGetAsync(KeyOf(key), cancellationToken)).TryGetValue(out long value))
            history.Add(new Read(cacheNumber, key, "try-get", start, history.Tick(), value));
    }

    private async Task SetAsync(int key)
    {
        var change = new Change(cacheNumber, key, "set", source.Raise(key), history.Tick(), history.NewValue());
        history.Add(change);
        await subject.SetAsync(KeyOf(key), change.Value!.Value);
        change.End = history.Tick();
    }

    private async Task ChangeAsync(string what, int[] keys, Func<ValueTask> work)
    {
        Change[] changes = [.. keys.Select(key => (Key: key, Version: source.Raise(key))).ToArray().Select(raised => new Change(cacheNumber, raised.Key, what, raised.Version, history.Tick(), null))];
        foreach (Change change in changes)
            history.Add(change);
        await work();
        long end = history.Tick();
        foreach (Change change in changes)
            change.End = end;
    }

    private async Task SetTimeToLiveAsync(int key, int dice)
    {
        long start = history.Tick();
        await subject.SetTimeToLiveAsync(KeyOf(key), dice % 2 == 0 ? RunPlan.Ttl : null);
        history.Add(new Touch(cacheNumber, key, start, history.Tick()));
    }

    private async ValueTask<long> ComputeAsync(int key, long start, bool throws, List<FactoryRun> runs, CancellationToken cancellationToken)
    {
        var run = new FactoryRun(cacheNumber, key, history.NewValue(), start, history.Tick());
        history.Add(run);
        lock (runs)
            runs.Add(run);
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static run => ((FactoryRun)run!).Cancelled = true, run);
        CancellationToken token = plan.HonoursCancellation ? cancellationToken : CancellationToken.None;
        try
        {
            await pacer.PassAsync($"factory {key} before its read, client {number}", mayFail: false, token);
            run.Version = source.Read(key);
            await pacer.PassAsync($"factory {key} after its read, client {number}", mayFail: false, token);
            return throws ? throw new SourceException() : run.Value;
        }
        finally
        {
            run.End = history.Tick();
        }
    }

    private void Ended(List<FactoryRun> runs)
    {
        lock (runs)
        {
            foreach (FactoryRun run in runs)
                run.OperationEnd = history.Tick();
        }
    }

    internal static string Brief(Exception error) =>
        string.Join('\n', error.ToString().Split('\n').Where(static line => !line.Contains("--- ", StringComparison.Ordinal)).Take(6));

    /// <summary>The bound holds at every moment; this looks at one.</summary>
    public void CheckBound()
    {
        if (plan.MaxEntries is { } bound && subject.Entries is var entries && entries > bound)
            history.Add(new Violation("G5", $"{entries} entries are in memory, {bound} may be"));
    }

    private sealed class SourceException() : Exception("The source of truth is not in the mood.");
}
