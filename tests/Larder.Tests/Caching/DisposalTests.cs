namespace Larder.Tests.Caching;

/// <summary>The end of a cache.</summary>
public sealed class DisposalTests
{
    [Fact]
    public async Task Factories_that_run_are_cancelled()
    {
        var bed = new Testbed();
        var gate = new FactoryGate<int>(1) { HonoursToken = true };
        Task<int> call = bed.Cache.GetOrSetAsync("k", gate.RunAsync).AsTask();
        await gate.Started;
        await bed.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        Assert.True(gate.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task Every_call_afterwards_is_an_error()
    {
        var bed = new Testbed(StoreKind.Plain);
        Cache cache = bed.Cache;
        await bed.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => cache.Set("k", 1));
        Assert.Throws<ObjectDisposedException>(() => cache.GetOrSet("k", _ => 1));
        Assert.Throws<ObjectDisposedException>(() => cache.Get<int>("k"));
        Assert.Throws<ObjectDisposedException>(() => cache.Contains("k"));
        Assert.Throws<ObjectDisposedException>(() => cache.Remove("k"));
        Assert.Throws<ObjectDisposedException>(() => cache.Clear());
        Assert.Throws<ObjectDisposedException>(() => cache.RemoveByTag("t"));
        Assert.Throws<ObjectDisposedException>(() => cache.RemoveByPattern("*"));
        Assert.Throws<ObjectDisposedException>(() => cache.GetTimeToLive("k"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.GetManyAsync<int>(["k"]).Soon());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.Collection("a").SetAsync("k", 1).Soon());
    }

    [Fact]
    public async Task The_store_is_disposed_with_it_once()
    {
        var bed = new Testbed(StoreKind.Plain);
        Assert.False(bed.Store.Disposed);
        await bed.DisposeAsync();

        Assert.True(bed.Store.Disposed);
        await bed.Cache.DisposeAsync();
        bed.Cache.Dispose();
    }

    [Fact]
    public async Task Disposing_a_handle_ends_nothing()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        bed.Cache.Collection("a").Dispose();
        await bed.Cache.For(new UserContext("u")).DisposeAsync();

        bed.Cache.Set("k", 1);
        Assert.False(bed.Store.Disposed);
        Assert.Equal(1, bed.Cache.Get<int>("k"));
    }

    [Fact]
    public async Task A_write_under_way_has_reached_the_store_by_the_end()
    {
        var bed = new Testbed(StoreKind.Plain);
        Conformance.Faults.Fault slow = bed.Store.Hold(Conformance.Faults.StoreCalls.Set, times: 1);
        Task write = bed.Cache.SetAsync("k", 1).AsTask();
        await slow.ReachedAsync().Soon();
        Task disposal = bed.Cache.DisposeAsync().AsTask();
        slow.End();
        await disposal.Soon();
        await write.Soon();

        Assert.Equal(1, await bed.Another().GetAsync<int>("k").Soon());
        await bed.DisposeAsync();
    }

    [Fact]
    public async Task A_factory_that_goes_on_after_the_end_harms_nobody()
    {
        var bed = new Testbed(StoreKind.Plain);
        var deaf = new FactoryGate<int>(1);
        Task<int> call = bed.Cache.GetOrSetAsync("k", deaf.RunAsync).AsTask();
        await deaf.Started;
        await bed.DisposeAsync();
        await deaf.OpenAsync();

        await Task.WhenAny(call).Soon();
        Assert.True(call.IsCompleted);
    }
}
