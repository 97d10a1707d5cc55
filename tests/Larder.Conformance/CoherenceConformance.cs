using System.Diagnostics;
using Larder.Stores;

namespace Larder.Conformance;

/// <summary>
/// What <see cref="ICoherentStore"/> means. Whoever has read a key or an epoch, and no notification since, is told
/// when it changes, whoever changes it. (A store need not tell of what nobody here has read: some servers track
/// exactly that.)
/// </summary>
public abstract class CoherenceConformance : ConformanceTest
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(40);
    private readonly RecordingObserver _observer = new();
    private ICacheStore _watcher = null!;
    private ICacheStore _writer = null!;
    private IDisposable _observation = null!;

    public static TheoryData<string> Changes => ["set", "overwrite", "another TTL", "remove", "remove many", "write through a lease", "expiry"];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _watcher = await ConnectAsync();
        _writer = await ConnectAsync();
        _observation = Assert.IsType<ICoherentStore>(_watcher, exactMatch: false).Observe(_observer);
    }

    public override async ValueTask DisposeAsync()
    {
        _observation.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Change_elsewhere_is_told(string change)
    {
        // Twice: having told once, a store tells again.
        for (int round = 0; round < 2; round++)
        {
            int before;
            long began;
            do
            {
                await _writer.RemoveAsync("key", default);
                began = Stopwatch.GetTimestamp();
                if (change != "set")
                    await _writer.SetAsync("key", Text("old"), change == "expiry" ? Short : null, default);
                await _watcher.GetAsync("key", default);
                before = _observer.CountChanged("key");
            }
            while (change == "expiry" && Stopwatch.GetElapsedTime(began) >= Short); // On a machine that was busy meanwhile, its expiry may have been told already.

            await ChangeAsync(change);

            await EventuallyAsync(() => new(_observer.CountChanged("key") > before), $"Nothing was told of: {change} (round {round}).");
        }
    }

    [Fact]
    public async Task Change_of_what_was_read_with_many_others_is_told()
    {
        string[] keys = [.. Enumerable.Range(0, 50).Select(i => $"key:{i}")];
        foreach (string key in keys)
            await _writer.SetAsync(key, Text("old"), null, default);
        await _watcher.GetManyAsync(keys, default);
        int[] before = [.. keys.Select(_observer.CountChanged)];

        foreach (string key in keys)
            await _writer.SetAsync(key, Text("new"), null, default);

        await EventuallyAsync(() => new(keys.Index().All(key => _observer.CountChanged(key.Item) > before[key.Index])), "Not every change was told.");
    }

    [Fact]
    public async Task Change_of_what_was_only_written_here_is_told()
    {
        await _watcher.SetAsync("key", Text("own"), null, default);
        int before = _observer.CountChanged("key");

        await _writer.SetAsync("key", Text("new"), null, default);

        await EventuallyAsync(() => new(_observer.CountChanged("key") > before), "Whoever writes keeps a copy, and was not told of the change.");
    }

    [Fact]
    public async Task Removal_of_nothing_that_voids_a_lease_is_told()
    {
        // A store that grants no leases has none to void; then the key is written and removed.
        if (_watcher is ILeasingStore leasing)
            Assert.NotNull(await leasing.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default));
        else
            await _writer.SetAsync("key", Text("old"), null, default);
        await _watcher.GetAsync("key", default);
        int before = _observer.CountChanged("key");

        await _writer.RemoveAsync("key", default);

        await EventuallyAsync(() => new(_observer.CountChanged("key") > before), "Whoever computes the entry was not told that it must not keep it.");
    }

    [Theory]
    [MemberData(nameof(HostileKeys.Names), MemberType = typeof(HostileKeys))]
    public async Task Changed_key_is_told_exactly(string name)
    {
        string key = HostileKeys.Named(name);
        await _watcher.GetAsync(key, default);

        await _writer.SetAsync(key, Text("new"), null, default);

        await EventuallyAsync(() => new(_observer.CountChanged(key) > 0), "Nothing was told.");
    }

    [Fact]
    public async Task Whoever_reads_after_being_told_reads_the_change()
    {
        for (int i = 0; i < 50; i++)
        {
            await _watcher.GetAsync("key", default);
            int before = _observer.CountChanged("key");
            await _writer.SetAsync("key", BitConverter.GetBytes(i), null, default);
            await EventuallyAsync(() => new(_observer.CountChanged("key") > before), "Nothing was told.");
            await AssertHoldsAsync(_watcher, "key", BitConverter.GetBytes(i));
        }
    }

    [Fact]
    public async Task Copy_kept_until_told_otherwise_never_stays_old()
    {
        // The smallest memory tier: what was read is kept unless a notification came meanwhile, and is dropped with
        // the next. When the writer has finished and everything is told, it holds the last value or nothing.
        var copy = new OneEntryTier();
        ICacheStore reading = await ConnectAsync();
        using IDisposable observation = ((ICoherentStore)reading).Observe(copy);
        for (int round = 0; round < 30; round++)
        {
            byte[] last = BitConverter.GetBytes(round);
            await copy.ReadAsync(reading);
            Task writer = Task.Run(async () =>
            {
                for (int i = 0; i < 4; i++)
                    await _writer.SetAsync("key", BitConverter.GetBytes(1000 + i), null, default);
                await _writer.SetAsync("key", last, null, default);
            });
            while (!writer.IsCompleted)
            {
                await copy.ReadAsync(reading);
                await Task.Yield();
            }

            await writer;

            await EventuallyAsync(() => new(copy.Kept is not { } kept || kept.AsSpan().SequenceEqual(last)), "An old copy was kept: its change was not told.");
        }
    }

    [Fact]
    public async Task Bumped_epoch_is_told()
    {
        var watching = _watcher as IEpochStore;
        var bumping = _writer as IEpochStore;
        // A store that keeps no epochs has none to tell of; then entries must still be told beside them.
        for (int round = 0; round < 2; round++)
        {
            if (watching is null || bumping is null)
            {
                Assert.Equal(0, _observer.CountEpochChanged("name"));
                continue;
            }

            await watching.GetEpochsAsync(["other", "name"], default);
            int before = _observer.CountEpochChanged("name");

            await bumping.BumpEpochAsync("name", default);

            await EventuallyAsync(() => new(_observer.CountEpochChanged("name") > before), $"Nothing was told of the epoch (round {round}).");
        }
    }

    [Fact]
    public async Task Nothing_is_told_any_more_when_the_observation_has_ended()
    {
        var fence = new RecordingObserver();
        ICacheStore second = await ConnectAsync();
        using IDisposable observation = ((ICoherentStore)second).Observe(fence);
        await _watcher.GetAsync("key", default);
        await second.GetAsync("key", default);

        _observation.Dispose();
        await _writer.SetAsync("key", Text("new"), null, default);

        await EventuallyAsync(() => new(fence.CountChanged("key") > 0), "The other observer was not told.");
        Assert.Equal(0, _observer.CountChanged("key"));
        await AssertHoldsAsync(_watcher, "key", Text("new"));
    }

    private async Task ChangeAsync(string change)
    {
        switch (change)
        {
            case "set" or "overwrite":
                await _writer.SetAsync("key", Text("new"), null, default);
                break;
            case "remove":
                Assert.True(await _writer.RemoveAsync("key", default));
                break;
            case "remove many":
                Assert.Equal(1, await _writer.RemoveManyAsync(["another", "key"], default));
                break;
            case "write through a lease" when _writer is ILeasingStore leasing:
                string? lease = await leasing.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
                Assert.True(await leasing.SetWithLeaseAsync("key", lease!, Text("new"), null, default));
                break;
            case "write through a lease":
                await _writer.SetAsync("key", Text("no leases here"), null, default);
                break;
            case "another TTL":
                Assert.True(await _writer.SetTimeToLiveAsync("key", TimeSpan.FromHours(1), default));
                break;
            case "expiry":
                await PassAsync(Short);
                break;
            default:
                Assert.Fail($"There is no change '{change}'.");
                break;
        }
    }

    private sealed class OneEntryTier : IStoreObserver
    {
        private readonly Lock _gate = new(); // Protects both fields.
        private byte[]? _kept;
        private int _told;

        public byte[]? Kept
        {
            get
            {
                lock (_gate)
                    return _kept;
            }
        }

        // What is kept is not read again: only being told drops it.
        public async Task ReadAsync(ICacheStore store)
        {
            int before;
            lock (_gate)
            {
                if (_kept is not null)
                    return;
                before = _told;
            }

            ReadOnlyMemory<byte>? read = await store.GetAsync("key", default);
            lock (_gate)
            {
                if (_told == before)
                    _kept = read?.ToArray();
            }
        }

        public void OnChanged(string key) => Forget();

        public void OnEpochChanged(string name)
        {
        }

        public void OnConnectionLost() => Forget();

        public void OnConnectionRestored()
        {
        }

        private void Forget()
        {
            lock (_gate)
            {
                _told++;
                _kept = null;
            }
        }
    }
}
