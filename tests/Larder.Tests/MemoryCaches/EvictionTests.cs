using System.Collections.Concurrent;
using Larder.Tests.Caching;
using Larder.Tests.Diagnostics;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;

namespace Larder.Tests.MemoryCaches;

/// <summary>Why an entry goes, and who hears of it: change tokens, post-eviction callbacks, bounds, priorities.</summary>
public sealed class EvictionTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLoggerFactory _logs = new();
    private readonly ConcurrentQueue<(object Key, object? Value, EvictionReason Reason)> _told = new();
    private IMemoryCache _cache;

    public EvictionTests() => _cache = Make();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task A_removal_is_told_with_its_reason()
    {
        _cache.Set("key", 1, Told());

        _cache.Remove("key");

        await ToldAsync(("key", 1, EvictionReason.Removed));
    }

    [Fact]
    public async Task A_replacement_is_told_of_the_old_value()
    {
        _cache.Set("key", 1, Told());
        _cache.Set("key", 2, Told());

        await ToldAsync(("key", 1, EvictionReason.Replaced));
        Assert.Equal(2, _cache.Get("key"));
    }

    [Fact]
    public async Task An_expiry_is_told_when_somebody_asks_for_the_entry()
    {
        _cache.Set("key", 1, Told(o => o.AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(500)));
        _time.Advance(TimeSpan.FromMilliseconds(600));

        Assert.Null(_cache.Get("key"));

        await ToldAsync(("key", 1, EvictionReason.Expired));
    }

    [Fact]
    public async Task An_expiry_is_told_when_nobody_asks_for_the_entry()
    {
        _cache.Set("key", 1, Told(o => o.SlidingExpiration = TimeSpan.FromMilliseconds(500)));

        _time.Advance(TimeSpan.FromSeconds(2));

        await ToldAsync(("key", 1, EvictionReason.Expired));
    }

    [Fact]
    public async Task What_is_over_before_it_begins_is_told_at_once()
    {
        _cache.Set("past", 1, Told(o => o.AbsoluteExpiration = _time.GetUtcNow() - TimeSpan.FromSeconds(1)));
        await ToldAsync(("past", 1, EvictionReason.Expired));

        _told.Clear();
        _cache.Set("changed", 1, Told(o => o.AddExpirationToken(new Polled { HasChanged = true })));
        await ToldAsync(("changed", 1, EvictionReason.TokenExpired));
        Assert.Null(_cache.Get("changed"));
    }

    [Fact]
    public async Task A_token_that_calls_ends_the_entry_at_once()
    {
        using var source = new CancellationTokenSource();
        _cache.Set("key", 1, Told(o => o.AddExpirationToken(new CancellationChangeToken(source.Token))));
        Assert.Equal(1, _cache.Get("key"));

        await source.CancelAsync();

        await ToldAsync(("key", 1, EvictionReason.TokenExpired));
        Assert.Null(_cache.Get("key"));
    }

    [Fact]
    public async Task A_token_that_has_to_be_asked_is_asked_on_each_use()
    {
        var token = new Polled();
        _cache.Set("key", 1, Told(o => o.AddExpirationToken(token)));
        Assert.Equal(1, _cache.Get("key"));

        token.HasChanged = true;

        Assert.Null(_cache.Get("key"));
        await ToldAsync(("key", 1, EvictionReason.TokenExpired));
        Assert.Equal((1, 1), (_cache.GetCurrentStatistics()!.TotalHits, _cache.GetCurrentStatistics()!.TotalMisses));
    }

    [Fact]
    public async Task A_token_of_an_entry_that_was_replaced_leaves_the_new_one_alone()
    {
        using var source = new CancellationTokenSource();
        _cache.Set("key", 1, Told(o => o.AddExpirationToken(new CancellationChangeToken(source.Token))));
        _cache.Set("key", 2);
        await ToldAsync(("key", 1, EvictionReason.Replaced));

        await source.CancelAsync();

        Assert.Equal(2, _cache.Get("key"));
        Assert.Single(_told);
    }

    [Fact]
    public async Task Nothing_is_left_at_a_token_when_its_entries_have_gone()
    {
        var token = new CountingToken();
        for (int i = 0; i < 4; i++)
            _cache.Set(i, i, Told(o => o.AddExpirationToken(token).SetAbsoluteExpiration(TimeSpan.FromHours(1))));
        Assert.Equal(4, token.Registered);

        _cache.Remove(0);
        _cache.Set(1, 1);
        _time.Advance(TimeSpan.FromHours(2));

        await Waiting.UntilAsync(() => _told.Count == 4);
        Assert.Equal(0, token.Registered);
    }

    [Fact]
    public async Task Nothing_is_left_at_a_token_when_the_cache_has_gone_and_nobody_is_told()
    {
        var token = new CountingToken();
        for (int i = 0; i < 4; i++)
            _cache.Set(i, i, Told(o => o.AddExpirationToken(token).SetPriority(i % 2 == 0 ? CacheItemPriority.NeverRemove : CacheItemPriority.Normal)));
        ICacheEntry late = _cache.CreateEntry("late");
        late.Value = 1;
        // Its token is asked in the middle of the commit: that is when the cache ends.
        late.AddExpirationToken(token).AddExpirationToken(new Asked(_cache.Dispose));

        late.Dispose();

        Assert.Equal(0, token.Registered);
        await Task.Yield();
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Entries_that_are_written_removed_and_ended_by_tokens_at_once_are_each_told_once()
    {
        const int Writers = 4;
        const int Rounds = 500;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                using var source = new CancellationTokenSource();
                _cache.Set("key", (writer, round), Told(o => o.AddExpirationToken(new CancellationChangeToken(source.Token)).Priority = (CacheItemPriority)(round % 4)));
                if (round % 3 == 0)
                    _cache.Remove("key");
                await source.CancelAsync();
            }
        })));

        await Waiting.UntilAsync(() => _told.Count >= Writers * Rounds);
        Assert.Equal(Writers * Rounds, _told.Select(told => told.Value).Distinct().Count());
        Assert.Equal(Writers * Rounds, _told.Count);
        Assert.Null(_cache.Get("key"));
    }

    [Fact]
    public async Task One_callback_that_throws_does_not_keep_the_others_from_being_called()
    {
        var options = new MemoryCacheEntryOptions();
        options.RegisterPostEvictionCallback(static (_, _, _, _) => throw new InvalidOperationException("mine"));
        options.RegisterPostEvictionCallback((key, value, reason, state) => _told.Enqueue((key, state, reason)), "state");
        _cache.Set("key", 1, options);

        _cache.Remove("key");

        await ToldAsync(("key", "state", EvictionReason.Removed));
        Assert.Contains(_logs.Log.Lines, line => line.Id == 502 && line.Exception!.Message == "mine");
    }

    [Fact]
    public async Task What_makes_room_is_told()
    {
        Remake(o => o.MaxEntries = 10);
        for (int i = 0; i < 30; i++)
            _cache.Set(i, i, Told());

        await Waiting.UntilAsync(() => _told.Count == 20);
        Assert.All(_told, told => Assert.Equal(EvictionReason.Capacity, told.Reason));
        Assert.Equal(10, _cache.GetCurrentStatistics()!.CurrentEntryCount);
    }

    [Fact]
    public void Sizes_count_against_the_bound()
    {
        Remake(o => (o.MaxEntries, o.MaxBytes) = (null, 100));
        for (int i = 0; i < 20; i++)
            _cache.Set(i, "", new MemoryCacheEntryOptions { Size = 30 });

        MemoryCacheStatistics statistics = _cache.GetCurrentStatistics()!;
        Assert.Equal((3, 90), (statistics.CurrentEntryCount, statistics.CurrentEstimatedSize));

        _cache.Set("too large", "", new MemoryCacheEntryOptions { Size = 101 });
        Assert.Null(_cache.Get("too large"));
    }

    [Fact]
    public void An_entry_without_a_size_is_weighed()
    {
        Remake(o => (o.MaxBytes, o.Weigher) = (1000, static (key, value) => key.Length));

        _cache.Set("four", 1);
        _cache.Set(1, "abc");

        Assert.Equal(4 + 24 + 6, _cache.GetCurrentStatistics()!.CurrentEstimatedSize);
    }

    [Fact]
    public void A_weigher_that_throws_costs_nobody_his_value()
    {
        Remake(o => (o.MaxBytes, o.Weigher) = (1000, static (_, _) => throw new FormatException("mine")));

        _cache.Set("key", "abc");

        Assert.Equal("abc", _cache.Get("key"));
        Assert.Equal(24 + 6, _cache.GetCurrentStatistics()!.CurrentEstimatedSize);
        Assert.Contains(_logs.Log.Lines, line => line.Id == 503 && line.Exception!.Message == "mine");
    }

    [Fact]
    public void What_must_never_be_removed_makes_no_room_and_takes_none()
    {
        Remake(o => o.MaxEntries = 10);
        var pinned = new MemoryCacheEntryOptions { Priority = CacheItemPriority.NeverRemove };
        for (int i = 0; i < 100; i++)
            _cache.Set($"pinned {i}", i, pinned);
        for (int i = 0; i < 100; i++)
            _cache.Set(i, i);

        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(i, _cache.Get($"pinned {i}")));
        Assert.Equal(110, _cache.GetCurrentStatistics()!.CurrentEntryCount);
    }

    [Fact]
    public async Task What_must_never_be_removed_ends_like_any_other_entry()
    {
        using var source = new CancellationTokenSource();
        _cache.Set("expires", 1, Told(o => (o.Priority, o.AbsoluteExpirationRelativeToNow) = (CacheItemPriority.NeverRemove, TimeSpan.FromMinutes(1))));
        _cache.Set("removed", 1, Told(o => o.Priority = CacheItemPriority.NeverRemove));
        _cache.Set("changed", 1, Told(o => o.SetPriority(CacheItemPriority.NeverRemove).AddExpirationToken(new CancellationChangeToken(source.Token))));
        _cache.Set("slides", 1, Told(o => (o.Priority, o.SlidingExpiration) = (CacheItemPriority.NeverRemove, TimeSpan.FromMinutes(1))));

        _cache.Remove("removed");
        await source.CancelAsync();
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(1, _cache.Get("slides"));
        _time.Advance(TimeSpan.FromSeconds(40));

        Assert.Equal(1, _cache.Get("slides"));
        Assert.All(new[] { "expires", "removed", "changed" }, key => Assert.Null(_cache.Get(key)));
        await ToldAsync(("changed", 1, EvictionReason.TokenExpired), ("expires", 1, EvictionReason.Expired), ("removed", 1, EvictionReason.Removed));
    }

    [Theory]
    [InlineData(CacheItemPriority.Normal, CacheItemPriority.NeverRemove)]
    [InlineData(CacheItemPriority.NeverRemove, CacheItemPriority.Normal)]
    public async Task A_write_of_another_priority_replaces_what_was_there(CacheItemPriority before, CacheItemPriority after)
    {
        _cache.Set("key", 1, Told(o => o.Priority = before));
        _cache.Set("key", 2, new MemoryCacheEntryOptions { Priority = after });

        Assert.Equal(2, _cache.Get("key"));
        await ToldAsync(("key", 1, EvictionReason.Replaced));
        _cache.Remove("key");
        Assert.Null(_cache.Get("key"));
    }

    [Fact]
    public async Task Writes_of_different_priority_that_meet_leave_at_most_one_value()
    {
        var pinned = new MemoryCacheEntryOptions { Priority = CacheItemPriority.NeverRemove };
        for (int round = 0; round < 200; round++)
        {
            object one = new();
            object two = new();
            await Task.WhenAll(Task.Run(() => _cache.Set("key", one)), Task.Run(() => _cache.Set("key", two, pinned)));

            object? found = _cache.Get("key");
            _cache.Remove("key");
            Assert.True(found is null || ReferenceEquals(found, one) || ReferenceEquals(found, two));
            Assert.Null(_cache.Get("key"));
        }

        Assert.Equal(0, _cache.GetCurrentStatistics()!.CurrentEntryCount);
    }

    private MemoryCacheEntryOptions Told(Action<MemoryCacheEntryOptions>? configure = null)
    {
        var options = new MemoryCacheEntryOptions();
        configure?.Invoke(options);
        return options.RegisterPostEvictionCallback((key, value, reason, _) => _told.Enqueue((key, value, reason)));
    }

    private async Task ToldAsync(params (object Key, object? Value, EvictionReason Reason)[] expected)
    {
        await Waiting.UntilAsync(() => _told.Count >= expected.Length);
        Assert.Equal(expected, _told.OrderBy(told => (string)told.Key, StringComparer.Ordinal));
    }

    private void Remake(Action<CacheOptions> configure)
    {
        _cache.Dispose();
        _cache = Make(configure);
    }

    private IMemoryCache Make(Action<CacheOptions>? configure = null)
    {
        var options = new CacheOptions { TimeProvider = _time, LoggerFactory = _logs };
        configure?.Invoke(options);
        return new LarderMemoryCache(options);
    }

    private sealed class Asked(Action asked) : IChangeToken
    {
        public bool HasChanged
        {
            get
            {
                asked();
                return false;
            }
        }

        public bool ActiveChangeCallbacks => false;

        public IDisposable RegisterChangeCallback(Action<object?> callback, object? state) => throw new NotSupportedException();
    }

    private sealed class CountingToken : IChangeToken
    {
        private int _registered;

        public int Registered => Volatile.Read(ref _registered);

        public bool HasChanged => false;

        public bool ActiveChangeCallbacks => true;

        public IDisposable RegisterChangeCallback(Action<object?> callback, object? state)
        {
            Interlocked.Increment(ref _registered);
            return new Registration(this);
        }

        private sealed class Registration(CountingToken token) : IDisposable
        {
            public void Dispose() => Interlocked.Decrement(ref token._registered);
        }
    }
}
