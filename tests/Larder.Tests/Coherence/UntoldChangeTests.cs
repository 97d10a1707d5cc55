using Larder.Conformance.Faults;
using Larder.Tests.Caching;

namespace Larder.Tests.Coherence;

/// <summary>
/// A store does not tell a cache of its own changes. So nothing may be in that cache's memory that such a change has
/// removed from the store: the next change by others would find nothing there, and tell nobody (G3, G4).
/// </summary>
public sealed class UntoldChangeTests
{
    /// <summary>How the cache removes.</summary>
    public enum Removal
    {
        OfOne,
        OfMany,
        ByPattern,
    }

    [Theory]
    [InlineData(Removal.OfOne)]
    [InlineData(Removal.OfMany)]
    [InlineData(Removal.ByPattern)]
    public async Task What_was_written_elsewhere_during_an_own_removal_is_not_kept_behind_it(Removal how)
    {
        await using var bed = new Testbed(StoreKind.Capable);
        Cache other = bed.Another();
        await other.SetAsync("k1", "old").Soon();
        await other.SetAsync("k2", "old").Soon();
        Fault request = bed.Store.Hold(StoreCalls.Remove | StoreCalls.RemoveMany);
        Fault reply = bed.Store.HoldReply(StoreCalls.Remove | StoreCalls.RemoveMany);
        Task removing = Task.Run(() => RemoveAsync(bed.Cache, how));
        await request.ReachedAsync().Soon();

        // Written before the removal is in the store, and read before it is.
        await other.SetAsync("k1", "new").Soon();
        Task<CacheResult<string>> early = Task.Run(() => bed.Cache.TryGetAsync<string>("k1").AsTask());
        request.End();
        await reply.ReachedAsync().Soon();

        // By now the store has nothing, and whoever removes it again changes nothing. The reply is still on its way.
        await other.RemoveAsync("k1").Soon();
        Task<CacheResult<string>> late = Task.Run(() => bed.Cache.TryGetAsync<string>("k1").AsTask());
        reply.End();
        Assert.Equal(default, await late.Soon());
        await early.Soon();
        await removing.Soon();
        Assert.Equal(default, await bed.Cache.TryGetAsync<string>("k1").Soon());
    }

    [Theory]
    [InlineData(StoreCalls.GetMany)]
    [InlineData(StoreCalls.TryAcquireLease)]
    [InlineData(StoreCalls.SetWithLease)]
    public async Task A_sweep_does_not_remove_what_was_written_since_it_looked(StoreCalls during)
    {
        await using var bed = new Testbed(StoreKind.Capable, Sweeps);
        Cache other = bed.Another();
        var forTheDay = new EntryOptions { Ttl = TimeSpan.FromDays(1) };
        await other.SetAsync("k", "old", options: forTheDay).Soon();
        await bed.Cache.ClearAsync().Soon();

        Fault sweep = bed.Store.HoldReply(during == StoreCalls.SetWithLease ? StoreCalls.None : during, times: 1);
        Fault removal = bed.Store.Hold(during == StoreCalls.SetWithLease ? during : StoreCalls.None, times: 1);
        Fault done = bed.Store.HoldReply(StoreCalls.SetWithLease | StoreCalls.ReleaseLease, times: 1);
        bed.Advance(TimeSpan.FromSeconds(10));
        await (during == StoreCalls.SetWithLease ? removal : sweep).ReachedAsync().Soon();
        await bed.Cache.SetAsync("k", "new", options: forTheDay).Soon();
        sweep.End();
        removal.End();
        await done.ReachedAsync().Soon();
        done.End();

        Assert.Equal("new", await other.GetAsync<string>("k").Soon());
        await other.RemoveAsync("k").Soon();
        Assert.Equal(default, await bed.Cache.TryGetAsync<string>("k").Soon());
    }

    [Fact]
    public async Task What_was_computed_while_the_store_did_not_answer_counts_until_it_answers()
    {
        await using var bed = new Testbed(StoreKind.Capable);
        Fault down = bed.Store.Throw();
        Assert.Equal("old", await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<string>("old")).Soon());
        Assert.Equal("old", bed.Cache.Get<string>("k"));

        // There is nothing in the store that could be removed, and so nothing is told.
        await bed.Another().RemoveAsync("k").Soon();
        down.End();
        await bed.Cache.TryGetAsync<string>("something else").Soon();

        Assert.Equal("new", await bed.Cache.GetOrSetAsync("k", _ => new ValueTask<string>("new")).Soon());
    }

    [Fact]
    public async Task A_sweep_removes_what_is_cleared()
    {
        await using var bed = new Testbed(StoreKind.Capable, Sweeps);
        await bed.Cache.SetAsync("k", "old", options: new EntryOptions { Ttl = TimeSpan.FromDays(1) }).Soon();
        await bed.Cache.ClearAsync().Soon();
        Fault done = bed.Store.HoldReply(StoreCalls.SetWithLease, times: 1);
        bed.Advance(TimeSpan.FromSeconds(10));
        await done.ReachedAsync().Soon();
        done.End();

        bed.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await bed.StoredKeysAsync());
    }

    // What is held would be out of time by the end of the step in time that begins the sweep.
    private static void Sweeps(CacheOptions options)
    {
        options.Store.SweepInterval = TimeSpan.FromSeconds(5);
        options.Store.ReadTimeout = options.Store.WriteTimeout = Timeout.InfiniteTimeSpan;
    }

    private static async Task RemoveAsync(Cache cache, Removal how)
    {
        switch (how)
        {
            case Removal.OfOne:
                await cache.RemoveAsync("k1");
                break;
            case Removal.OfMany:
                await cache.RemoveManyAsync(["k1", "k2"]);
                break;
            default:
                await cache.RemoveByPatternAsync("k*");
                break;
        }
    }
}
