using System.Data;
using Larder.PostgreSql.Connections;
using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;
using Larder.Tests;
using Npgsql;

namespace Larder.PostgreSql.Tests.Connections;

public sealed class RecentConnectionsTests : IAsyncDisposable
{
    private readonly SharedServer _shared;
    private readonly NpgsqlDataSource _pool;
    private readonly ManualTimeProvider _time = new();
    private readonly RecentConnections _recent;

    public RecentConnectionsTests(SharedServer shared)
    {
        _shared = shared;
        _pool = NpgsqlDataSource.Create(shared.Server.ConnectionString + ";Maximum Pool Size=3;Timeout=60");
        _recent = new RecentConnections(_pool, keeps: true, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _recent.DisposeAsync();
        await _pool.DisposeAsync();
    }

    [Fact]
    public async Task One_caller_keeps_one_connection_after_a_burst_of_many()
    {
        RecentConnection[] burst = [await TakeAsync(), await TakeAsync(), await TakeAsync()];
        foreach (RecentConnection one in burst)
            await _recent.GiveBackAsync(one);

        for (int i = 0; i < 10; i++)
        {
            RecentConnection taken = await TakeAsync();
            Assert.Same(burst[2], taken);
            await _recent.GiveBackAsync(taken);
        }
    }

    [Fact]
    public async Task Who_waits_for_the_pool_gets_the_next_that_is_free()
    {
        RecentConnection[] all = [await TakeAsync(), await TakeAsync(), await TakeAsync()];
        Task<RecentConnection> waits = TakeAsync();
        Assert.False(waits.IsCompleted);

        await _recent.GiveBackAsync(all[0]);

        RecentConnection next = await waits;
        Assert.Equal(ConnectionState.Open, next.Connection.FullState);
        foreach (RecentConnection one in (RecentConnection[])[all[1], all[2], next])
            await _recent.GiveBackAsync(one);
    }

    [Fact]
    public async Task What_rests_goes_back_to_the_pool_and_what_is_used_does_not()
    {
        (RecentConnection rests, RecentConnection used) = (await TakeAsync(), await TakeAsync());
        await _recent.GiveBackAsync(rests);
        await _recent.GiveBackAsync(used);
        for (int second = 0; second < 20; second += 5)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.Same(used, await TakeAsync());
            await _recent.GiveBackAsync(used);
        }

        await Waiting.UntilAsync(() => rests.Connection.FullState == ConnectionState.Closed, "It was kept.");
        Assert.Equal(ConnectionState.Open, used.Connection.FullState);
    }

    [Fact]
    public async Task One_that_is_always_used_goes_back_after_a_minute_all_the_same()
    {
        RecentConnection first = await TakeAsync();
        _time.Advance(TimeSpan.FromMinutes(1));

        await _recent.GiveBackAsync(first);

        Assert.Equal(ConnectionState.Closed, first.Connection.FullState);
    }

    [Fact]
    public async Task After_all_were_cleared_none_from_before_is_used()
    {
        (RecentConnection idle, RecentConnection busy) = (await TakeAsync(), await TakeAsync());
        int[] before = [idle.Connection.ProcessID, busy.Connection.ProcessID];
        await _recent.GiveBackAsync(idle);

        await _recent.ClearAsync();
        await _recent.GiveBackAsync(busy);

        Assert.Equal(ConnectionState.Closed, idle.Connection.FullState);
        Assert.Equal(ConnectionState.Closed, busy.Connection.FullState);
        RecentConnection[] after = [await TakeAsync(), await TakeAsync()];
        Assert.DoesNotContain(after, one => before.Contains(one.Connection.ProcessID));
        foreach (RecentConnection one in after)
            await _recent.GiveBackAsync(one);
    }

    [Fact]
    public async Task Nothing_of_a_borrowed_pool_is_kept()
    {
        await using var borrowed = new RecentConnections(_pool, keeps: false, _time);
        RecentConnection taken = await borrowed.TakeAsync(default);

        await borrowed.GiveBackAsync(taken);

        Assert.Equal(ConnectionState.Closed, taken.Connection.FullState);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Many_callers_share_few_connections(int connections)
    {
        await using PostgreSqlStore store = TestStores.Make(_shared.Server, _shared.NewTable(), options => options.ConnectionString = _shared.Server.ConnectionString + $";Maximum Pool Size={connections}");

        await Task.WhenAll(Enumerable.Range(0, 32).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                await store.SetAsync($"{caller}", new byte[] { (byte)i }, null, default);
                Assert.Equal(i, (await store.GetAsync($"{caller}", default))!.Value.Span[0]);
            }
        }))).Soon();

        Assert.Equal(0, store.Statistics.Failures);
    }

    private Task<RecentConnection> TakeAsync() => _recent.TakeAsync(default).Soon();
}
