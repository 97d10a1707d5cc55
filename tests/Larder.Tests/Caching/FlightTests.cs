namespace Larder.Tests.Caching;

/// <summary>One flight per key: who waits for whom, and what they get.</summary>
public sealed class FlightTests : IAsyncDisposable
{
    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Synchronous_and_asynchronous_callers_share_a_flight()
    {
        var gate = new FactoryGate<int>(7);
        Task<int> first = Cache.GetOrSetAsync("k", gate.RunAsync).AsTask();
        Task<int>[] others = [.. Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() => Cache.GetOrSet("k", gate.Run), TaskCreationOptions.LongRunning))];
        await Waiting.UntilAsync(() => Cache.Statistics.FlightsJoined == 4);
        await gate.OpenAsync();

        Assert.Equal(7, await first.Soon());
        Assert.All(await Task.WhenAll(others).Soon(), value => Assert.Equal(7, value));
        Assert.Equal(1, gate.Calls);
    }

    [Fact]
    public async Task Different_keys_fly_apart()
    {
        var slow = new FactoryGate<int>(1);
        Task<int> waiting = Cache.GetOrSetAsync("slow", slow.RunAsync).AsTask();

        Assert.Equal(2, await Cache.GetOrSetAsync("quick", _ => new ValueTask<int>(2)).Soon());
        Assert.False(waiting.IsCompleted);
        await slow.OpenAsync();
        Assert.Equal(1, await waiting.Soon());
    }

    [Fact]
    public async Task The_same_key_in_two_collections_is_two_flights()
    {
        var one = new FactoryGate<int>(1);
        Task<int> first = Cache.Collection("a").GetOrSetAsync("k", one.RunAsync).AsTask();
        await one.Started;

        Assert.Equal(2, await Cache.Collection("b").GetOrSetAsync("k", _ => new ValueTask<int>(2)).Soon());
        await one.OpenAsync();
        Assert.Equal(1, await first.Soon());
    }

    [Fact]
    public async Task Every_waiter_gets_the_factorys_own_exception_and_it_is_not_cached()
    {
        var gate = new FactoryGate<int>(0);
        Task<int>[] callers = [.. Enumerable.Range(0, 5).Select(_ => Cache.GetOrSetAsync("k", gate.RunAsync).AsTask())];
        var error = new InvalidDataException("the source is broken");
        await gate.FailAsync(error);

        foreach (Task<int> caller in callers)
            Assert.Same(error, await Assert.ThrowsAsync<InvalidDataException>(() => caller.Soon()));
        Assert.Equal(1, gate.Calls);
        Assert.False(Cache.Contains("k"));
        Assert.Equal(5, await Cache.GetOrSetAsync("k", _ => new ValueTask<int>(5)).Soon());
    }

    [Fact]
    public async Task An_exception_thrown_before_the_first_await_reaches_the_caller_too()
    {
        var error = new InvalidDataException();
        Assert.Same(error, await Assert.ThrowsAsync<InvalidDataException>(() => Cache.GetOrSetAsync<int>("k", (CancellationToken _) => throw error).Soon()));
        Assert.Same(error, Assert.Throws<InvalidDataException>(() => Cache.GetOrSet<int>("k", (CancellationToken _) => throw error)));
    }

    [Fact]
    public async Task A_flight_that_has_landed_is_not_joined_again()
    {
        int calls = 0;
        EntryOptions nowhere = new() { Tiers = Tiers.None };
        for (int i = 1; i <= 3; i++)
            Assert.Equal(i, await Cache.GetOrSetAsync("k", _ => new ValueTask<int>(++calls), options: nowhere).Soon());
    }

    [Fact]
    public async Task Callers_who_ask_for_other_types_wait_their_turn()
    {
        var number = new FactoryGate<int>(1);
        Task<int> first = Cache.GetOrSetAsync("k", number.RunAsync).AsTask();
        Task<string> second = Cache.GetOrSetAsync("k", _ => new ValueTask<string>("one")).AsTask();
        await number.OpenAsync();

        Assert.Equal(1, await first.Soon());
        Assert.Equal("one", await second.Soon());
    }

    [Fact]
    public async Task The_factory_runs_in_the_context_of_the_caller_who_started_it()
    {
        var local = new AsyncLocal<string> { Value = "mine" };
        Assert.Equal("mine", await Cache.GetOrSetAsync("k", async ct =>
        {
            await Task.Yield();
            return local.Value;
        }).Soon());
    }

    [Fact]
    public async Task A_store_is_asked_once_for_all_who_wait()
    {
        await using var bed = new Testbed(StoreKind.Plain);
        await bed.Another().SetAsync("k", 7).Soon();
        var read = bed.Store.HoldReply(Conformance.Faults.StoreCalls.Get);
        Task<int>[] callers = [.. Enumerable.Range(0, 10).Select(_ => bed.Cache.GetOrSetAsync("k", _ => new ValueTask<int>(-1)).AsTask())];
        await read.ReachedAsync().Soon();
        read.End();

        Assert.All(await Task.WhenAll(callers).Soon(), value => Assert.Equal(7, value));
        Assert.Equal(1, bed.Store.Count(Conformance.Faults.StoreCalls.Get));
    }
}
