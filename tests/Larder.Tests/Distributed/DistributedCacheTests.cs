using System.Buffers;
using Larder.Tests.Caching;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.Distributed;

/// <summary>Larder as an IDistributedCache, over memory alone and over stores.</summary>
public sealed class DistributedCacheTests
{
    private static readonly DistributedCacheEntryOptions Nothing = new();

    public static TheoryData<StoreKind> Kinds => [StoreKind.None, StoreKind.Plain, StoreKind.Capable];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_set_is_found_until_it_is_removed(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        IDistributedCache cache = bed.Cache.AsDistributedCache();

        Assert.Null(cache.Get("key"));
        Assert.Null(await cache.GetAsync("key"));
        cache.Set("key", [1, 2], Nothing);
        Same([1, 2], cache.Get("key"));
        await cache.SetAsync("key", [3], Nothing);
        Same([3], await cache.GetAsync("key"));
        cache.Remove("key");
        Assert.Null(cache.Get("key"));
        await cache.SetAsync("key", [], Nothing);
        Same([], cache.Get("key"));
        await cache.RemoveAsync("key");
        Assert.Null(await cache.GetAsync("key"));
        await cache.SetStringAsync("text", "ü");
        Assert.Equal("ü", cache.GetString("text"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Buffers_go_in_and_out(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        IBufferDistributedCache cache = bed.Cache.AsDistributedCache();
        var first = new Piece([1, 2]);
        var value = new ReadOnlySequence<byte>(first, 1, first.Append([3, 4, 5]), 2);
        var buffer = new ArrayBufferWriter<byte>();

        Assert.False(cache.TryGet("key", buffer));
        Assert.False(await cache.TryGetAsync("key", buffer));
        cache.Set("key", value, Nothing);
        Assert.True(cache.TryGet("key", buffer));
        await cache.SetAsync("other", value, Nothing);
        Assert.True(await cache.TryGetAsync("other", buffer));

        Same([2, 3, 4, 2, 3, 4], buffer.WrittenSpan.ToArray());
        Same([2, 3, 4], cache.Get("key"));
    }

    [Fact]
    public async Task Nobody_elses_changes_of_their_bytes_are_seen()
    {
        await using var bed = new Testbed();
        IDistributedCache cache = bed.Cache.AsDistributedCache();
        byte[] mine = [1];
        cache.Set("key", mine, Nothing);

        mine[0] = 2;
        cache.Get("key")![0] = 3;
        (await cache.GetAsync("key"))![0] = 4;

        Same([1], cache.Get("key"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Without_options_an_entry_stays_and_is_not_held_to_the_caches_default(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        IDistributedCache cache = bed.Cache.AsDistributedCache();
        cache.Set("key", [1], Nothing);

        bed.Advance(TimeSpan.FromDays(400));

        Same([1], cache.Get("key"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_entry_ends_with_its_absolute_expiration(StoreKind kind)
    {
        await using var bed = new Testbed(kind, o => o.Grace = TimeSpan.FromHours(1));
        IDistributedCache cache = bed.Cache.AsDistributedCache();
        cache.Set("relative", [1], new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        cache.Set("absolute", [1], new DistributedCacheEntryOptions { AbsoluteExpiration = bed.Time.GetUtcNow() + TimeSpan.FromMinutes(1) });

        bed.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(cache.Get("relative"));
        Assert.NotNull(cache.Get("absolute"));
        bed.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(cache.Get("relative"));
        Assert.Null(cache.Get("absolute"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_end_in_the_past_removes_what_was_there(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        IDistributedCache cache = bed.Cache.AsDistributedCache();
        var past = new DistributedCacheEntryOptions { AbsoluteExpiration = bed.Time.GetUtcNow() - TimeSpan.FromSeconds(1) };
        cache.Set("a", [1], Nothing);
        cache.Set("b", [1], Nothing);

        cache.Set("a", [2], past);
        await cache.SetAsync("b", [2], past);

        Assert.Null(cache.Get("a"));
        Assert.Null(bed.HasStore ? bed.Another().AsDistributedCache().Get("b") : cache.Get("b"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_use_or_a_refresh_moves_the_end_of_an_entry_that_slides(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        IDistributedCache cache = bed.Cache.AsDistributedCache();
        var sliding = new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) };
        foreach (string key in new[] { "read", "refreshed", "refreshed async", "left" })
            cache.Set(key, [1], sliding);

        for (int i = 0; i < 4; i++)
        {
            bed.Advance(TimeSpan.FromSeconds(45));
            Assert.NotNull(cache.Get("read"));
            cache.Refresh("refreshed");
            await cache.RefreshAsync("refreshed async");
        }

        Assert.NotNull(cache.Get("refreshed"));
        Assert.NotNull(cache.Get("refreshed async"));
        Assert.Null(cache.Get("left"));
        if (bed.HasStore)
            Assert.NotNull(bed.Another().AsDistributedCache().Get("refreshed"));
        bed.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(cache.Get("read"));
    }

    [Fact]
    public async Task Sliding_ends_at_the_absolute_end()
    {
        await using var bed = new Testbed();
        IDistributedCache cache = bed.Cache.AsDistributedCache();
        cache.Set("key", [1], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1), AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(90) });

        bed.Advance(TimeSpan.FromSeconds(50));
        Assert.NotNull(cache.Get("key"));
        bed.Advance(TimeSpan.FromSeconds(41));
        Assert.Null(cache.Get("key"));
    }

    [Fact]
    public async Task A_refresh_of_what_is_not_there_does_nothing()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        IDistributedCache cache = bed.Cache.AsDistributedCache();

        cache.Refresh("key");
        await cache.RefreshAsync("key");

        Assert.Null(cache.Get("key"));
    }

    [Fact]
    public async Task Null_is_refused_by_name()
    {
        await using var bed = new Testbed();
        IBufferDistributedCache cache = bed.Cache.AsDistributedCache();
        var buffer = new ArrayBufferWriter<byte>();

        Assert.Throws<ArgumentNullException>("key", () => cache.Get(null!));
        Assert.Throws<ArgumentNullException>("key", () => cache.Refresh(null!));
        Assert.Throws<ArgumentNullException>("key", () => cache.Remove(null!));
        Assert.Throws<ArgumentNullException>("key", () => cache.Set(null!, [], Nothing));
        Assert.Throws<ArgumentNullException>("value", () => cache.Set("key", null!, Nothing));
        Assert.Throws<ArgumentNullException>("options", () => cache.Set("key", [], null!));
        Assert.Throws<ArgumentNullException>("options", () => cache.Set("key", default(ReadOnlySequence<byte>), null!));
        Assert.Throws<ArgumentNullException>("key", () => cache.TryGet(null!, buffer));
        Assert.Throws<ArgumentNullException>("destination", () => cache.TryGet("key", null!));
        await Assert.ThrowsAsync<ArgumentNullException>("key", () => cache.GetAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("key", () => cache.RefreshAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("key", () => cache.RemoveAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("key", () => cache.SetAsync(null!, [], Nothing));
        await Assert.ThrowsAsync<ArgumentNullException>("value", () => cache.SetAsync("key", null!, Nothing));
        await Assert.ThrowsAsync<ArgumentNullException>("options", () => cache.SetAsync("key", [], null!));
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        IBufferDistributedCache cache = bed.Cache.AsDistributedCache();
        var cancelled = new CancellationToken(canceled: true);
        cache.Set("key", [1], Nothing);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cache.GetAsync("key", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cache.SetAsync("key", [2], Nothing, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cache.SetAsync("key", default(ReadOnlySequence<byte>), Nothing, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cache.RemoveAsync("key", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cache.RefreshAsync("key", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cache.TryGetAsync("key", new ArrayBufferWriter<byte>(), cancelled).AsTask());
        Same([1], cache.Get("key"));
    }

    [Fact]
    public async Task A_host_has_it_plainly_and_by_name()
    {
        var services = new ServiceCollection();
        services.AddDistributedMemoryCache();
        services.AddLarder().AsDistributedCache();
        services.AddLarder("sessions").AsDistributedCache();
        await using ServiceProvider provider = services.BuildServiceProvider();

        IDistributedCache cache = provider.GetRequiredService<IDistributedCache>();
        cache.Set("key", [1], Nothing);

        Assert.Same(cache, provider.GetRequiredKeyedService<IDistributedCache>("default"));
        Assert.Null(provider.GetRequiredKeyedService<IDistributedCache>("sessions").Get("key"));
        Same([1], provider.GetRequiredService<ICache>().Collection("distributed").Get<byte[]>("key"));
    }

    private static void Same(byte[] expected, byte[]? actual) => Assert.Equal(expected, actual);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes) => Memory = bytes;

        public Piece Append(byte[] bytes)
        {
            var next = new Piece(bytes) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
