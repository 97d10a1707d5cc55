using Larder.Conformance.Faults;
using Larder.Tests.Caching;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Tests.Hybrid;

/// <summary>HybridCache's one way of reading: from memory, from the store, from the factory.</summary>
public sealed class HybridGetOrCreateTests
{
    [Theory]
    [InlineData(StoreKind.None)]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task A_value_is_computed_once_and_then_served(StoreKind kind)
    {
        await using var bed = new HybridBed(kind);

        Assert.Equal(1, await bed.Ask("key", 1));
        Assert.Equal(1, await bed.Ask("key", 2));
        Assert.Equal(1, bed.Runs);
    }

    [Fact]
    public async Task Every_overload_reaches_the_same_entry()
    {
        await using var bed = new HybridBed();
        int id = 7;

        Assert.Equal("a", await bed.Cache.GetOrCreateAsync("user:7", static _ => new ValueTask<string>("a")));
        Assert.Equal("a", await bed.Cache.GetOrCreateAsync("user:7", "b", static (state, _) => new ValueTask<string>(state)));
        Assert.Equal("a", await bed.Cache.GetOrCreateAsync("user:7".AsSpan(), static _ => new ValueTask<string>("b")));
        Assert.Equal("a", await bed.Cache.GetOrCreateAsync("user:7".AsSpan(), "b", static (state, _) => new ValueTask<string>(state)));
        Assert.Equal("a", await bed.Cache.GetOrCreateAsync($"user:{id}", static _ => new ValueTask<string>("b")));
        Assert.Equal("a", await bed.Cache.GetOrCreateAsync($"user:{id}", "b", static (state, _) => new ValueTask<string>(state)));
    }

    [Fact]
    public async Task A_span_that_is_not_cached_yet_is_computed()
    {
        await using var bed = new HybridBed();

        Assert.Equal("made", await bed.Cache.GetOrCreateAsync("a new key".AsSpan(2), "made", static (state, _) => new ValueTask<string>(state)));
        Assert.Equal("made", await HybridBed.Peek<string>(bed.Cache, "new key"));
    }

    [Fact]
    public async Task Null_and_default_values_are_cached()
    {
        await using var bed = new HybridBed(StoreKind.Plain);

        Assert.Null(await bed.Ask<string?>("null", null));
        Assert.Null(await bed.Ask<string?>("null", "x"));
        Assert.Null(await bed.Ask<string?>("null", "x", cache: bed.Another()));
        Assert.Equal(0, await bed.Ask("zero", 0));
        Assert.Equal(0, await bed.Ask("zero", 1));
    }

    [Fact]
    public async Task A_key_that_is_asked_for_as_another_type_is_computed_as_that()
    {
        await using var bed = new HybridBed();

        Assert.Equal(1, await bed.Ask("key", 1));
        Assert.Equal("two", await bed.Ask("key", "two"));
        Assert.Equal("two", await bed.Ask("key", "three"));
    }

    [Fact]
    public async Task What_a_factory_throws_reaches_the_caller_and_is_not_cached()
    {
        await using var bed = new HybridBed();
        var error = new FormatException("no");

        FormatException thrown = await Assert.ThrowsAsync<FormatException>(async () => await bed.Cache.GetOrCreateAsync<int>("key", _ => throw error));

        Assert.Same(error, thrown);
        Assert.Equal(1, await bed.Ask("key", 1));
    }

    [Fact]
    public async Task A_store_that_fails_is_not_seen_by_the_caller()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        bed.Bed.Store.Throw();

        Assert.Equal(1, await bed.Ask("key", 1));
        Assert.Equal(1, await bed.Ask("key", 2));
    }

    [Fact]
    public async Task Without_a_factory_there_is_an_error()
    {
        await using var bed = new HybridBed();

        await Assert.ThrowsAsync<ArgumentNullException>(async () => await bed.Cache.GetOrCreateAsync("key", 1, (Func<int, CancellationToken, ValueTask<int>>)null!));
    }

    [Fact]
    public async Task What_is_set_is_served_and_replaces_what_was_there()
    {
        await using var bed = new HybridBed(StoreKind.Plain);

        await bed.Ask("key", 1);
        await bed.Cache.SetAsync("key", 2);

        Assert.Equal(2, await bed.Ask("key", 3));
        Assert.Equal(2, await bed.Ask("key", 3, cache: bed.Another()));
    }

    [Fact]
    public async Task Entries_of_ICache_users_are_others()
    {
        await using var bed = new HybridBed();
        bed.Bed.Cache.Set("key", 1);

        Assert.Equal(2, await bed.Ask("key", 2));
        Assert.Equal(1, bed.Bed.Cache.Get<int>("key"));
        Assert.Equal(2, bed.Bed.Cache.Collection("hybrid").Get<int>("key"));
    }

    [Fact]
    public async Task A_forced_refresh_does_not_take_what_another_call_reads_from_the_store_at_that_moment()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        await bed.Ask("key", "old");
        HybridCache other = bed.Another();
        using Fault hold = bed.Bed.Store.Hold(StoreCalls.Get);
        Task<string> plain = bed.Ask("key", "unused", new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCacheRead }).AsTask();

        Task<string> forced = bed.Ask("key", "new", new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCacheRead | HybridCacheEntryFlags.DisableDistributedCacheRead }).AsTask();
        hold.Dispose();

        Assert.Equal("old", await plain.Soon());
        Assert.Equal("new", await forced.Soon());
        Assert.Equal("new", await bed.Ask("key", "unused", cache: other));
    }

    [Fact]
    public async Task A_forced_refresh_waits_for_another_process_that_computes_and_then_computes_itself()
    {
        await using var bed = new HybridBed(StoreKind.Capable);
        var gate = new FactoryGate<string>("theirs");
        Task<string> theirs = bed.Another().GetOrCreateAsync("key", gate.RunAsync).AsTask();
        await gate.Started;

        Task<string> forced = bed.Ask("key", "mine", new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCacheRead | HybridCacheEntryFlags.DisableDistributedCacheRead }).AsTask();
        await Waiting.UntilAsync(() => bed.Bed.Store.Count(StoreCalls.WaitForLease) > 0);
        await gate.OpenAsync();

        Assert.Equal("theirs", await theirs.Soon());
        // Whether it is kept depends on when this process hears of the other's write: one that comes while its own factory
        // runs wins.
        Assert.Equal("mine", await forced.Soon());
        Assert.Equal(1, bed.Runs);
    }
}
