using System.Collections.Concurrent;
using System.Text;
using Larder.PostgreSql.Tests.Coherence;
using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;
using Npgsql;

namespace Larder.PostgreSql.Tests.Faults;

/// <summary>The server goes away, and comes back.</summary>
public sealed class OutageTests(SharedServer shared)
{
    private readonly string _table = shared.NewTable();

    [Fact]
    public async Task Killed_server_costs_no_answer_and_what_was_changed_meanwhile_is_changed_when_it_is_back()
    {
        await using PostgreSqlServer own = await PostgreSqlServer.StartAsync();
        await using var one = new Node(own);
        await using var two = new Node(own);
        await one.Cache.SetAsync("kept", "kept").Soon();
        await one.Cache.SetAsync("removed", "old").Soon();
        Assert.Equal("old", await two.GetOrMakeAsync("removed", "not needed"));

        await own.KillAsync();
        await one.Cache.RemoveAsync("removed").Soon();
        await one.Cache.SetAsync("set", "new").Soon();
        Assert.Equal("made", await one.GetOrMakeAsync("other", "made"));
        Assert.Null(await one.Cache.GetAsync<string>("removed").Soon());

        await own.StartAgainAsync();
        await Waiting.UntilAsync(() => one.Cache.Statistics is { RecoveryPending: 0, CircuitOpen: false }, "What was changed did not reach the server.");
        await Waiting.UntilAsync(async () => await two.Cache.GetAsync<string>("set") == "new", "The other node did not come back.");
        Assert.Null(await two.Cache.GetAsync<string>("removed").Soon());
        Assert.Equal("kept", await two.Cache.GetAsync<string>("kept").Soon());
        Assert.True(one.Cache.Statistics.CoherenceLosses > 0);
        // And changes are told again.
        await one.UntilListeningAsync();
        Assert.Equal("new", await one.Cache.GetAsync<string>("set").Soon());
        await two.Cache.SetAsync("set", "newer").Soon();
        await Waiting.UntilAsync(async () => await one.Cache.GetAsync<string>("set") == "newer", "The change was not told.");
    }

    [Fact]
    public async Task Unlogged_entries_are_gone_after_a_crash_and_what_was_cleared_stays_cleared()
    {
        await using PostgreSqlServer own = await PostgreSqlServer.StartAsync();
        await using PostgreSqlStore store = TestStores.Make(own, configure: options => options.Unlogged = true);
        await store.SetAsync("key", "value"u8.ToArray(), null, default);
        long epoch = await store.BumpEpochAsync("name", default);

        await own.KillAsync();
        await own.StartAgainAsync();

        await Waiting.UntilAsync(async () => await AnswersAsync(store), "The server did not come back.");
        Assert.False((await store.GetAsync("key", default)).HasValue);
        Assert.Equal(epoch, (await store.GetEpochsAsync(["name"], default)).Epochs[0]);
    }

    [Fact]
    public async Task Restart_under_load_costs_no_answer_and_loses_no_invalidation()
    {
        await using PostgreSqlServer own = await PostgreSqlServer.StartAsync();
        await using var one = new Node(own);
        await using var two = new Node(own);
        int[] versions = new int[16];
        int[] acknowledged = new int[16];
        using var done = new CancellationTokenSource();
        long answers = 0;
        Task[] readers = [.. Enumerable.Range(0, 8).Select(reader => Task.Run(async () =>
        {
            for (int i = reader; !done.IsCancellationRequested; i = (i + 3) % versions.Length)
            {
                int key = i;
                int least = reader % 2 == 0 ? Volatile.Read(ref acknowledged[key]) : 0; // Node one is the one that changes.
                int value = await (reader % 2 == 0 ? one : two).Cache.GetOrSetAsync($"key:{key}", _ => ValueTask.FromResult(Volatile.Read(ref versions[key])));
                Assert.True(value >= least, $"{value} was read after {least} had been acknowledged.");
                Interlocked.Increment(ref answers);
                await Task.Yield();
            }
        }))];
        Task changer = Task.Run(async () =>
        {
            for (int i = 0; !done.IsCancellationRequested; i = (i + 1) % versions.Length)
            {
                int version = Interlocked.Increment(ref versions[i]);
                await one.Cache.RemoveAsync($"key:{i}");
                Volatile.Write(ref acknowledged[i], version);
                await Task.Delay(1);
            }
        });

        await own.RestartAsync();
        await AnsweredAsync();
        await own.KillAsync();
        await AnsweredAsync();
        await own.StartAgainAsync();
        await AnsweredAsync();
        await done.CancelAsync();
        await changer.Soon();
        await Task.WhenAll(readers).Soon();

        // A circuit closes when somebody asks.
        await Waiting.UntilAsync(
            async () =>
            {
                await one.Cache.GetAsync<int>("nothing");
                await two.Cache.GetAsync<int>("nothing");
                return one.Cache.Statistics is { RecoveryPending: 0, CircuitOpen: false } && two.Cache.Statistics is { CircuitOpen: false };
            },
            "The nodes did not come back.");
        for (int i = 0; i < versions.Length; i++)
        {
            int key = i;
            await Waiting.UntilAsync(async () => await two.Cache.GetOrSetAsync($"key:{key}", _ => ValueTask.FromResult(versions[key])) == versions[key], $"The last invalidation of key {key} was lost.");
        }

        Task AnsweredAsync()
        {
            long before = Interlocked.Read(ref answers);
            return Waiting.UntilAsync(() => Interlocked.Read(ref answers) > before + 200, "Nobody is answered.");
        }
    }

    [Fact]
    public async Task Killed_listening_backend_is_replaced_and_nothing_is_missed()
    {
        await using var one = new Node(shared.Server, _table, options => options.ConnectionString += ";Application Name=killed");
        await using var two = new Node(shared.Server, _table);
        await one.UntilListeningAsync();
        for (int round = 1; round <= 3; round++)
        {
            await two.Cache.SetAsync("key", $"old {round}").Soon();
            await Waiting.UntilAsync(async () => await one.Cache.GetAsync<string>("key") == $"old {round}", "The write was not seen.");
            long losses = one.Cache.Statistics.CoherenceLosses;

            Assert.Equal(1L, await shared.Server.SqlAsync("SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'killed' AND query LIKE 'LISTEN%' OR application_name = 'killed' AND query = 'SELECT 1'"));
            await two.Cache.SetAsync("key", $"new {round}").Soon();

            await Waiting.UntilAsync(() => one.Cache.Statistics.CoherenceLosses > losses, "The loss was not noticed.");
            await Waiting.UntilAsync(async () => await one.Cache.GetAsync<string>("key") == $"new {round}", "The change was missed.");
            await one.UntilListeningAsync();
        }

        Assert.Equal(4, one.Store.Statistics.Listeners);
        Assert.Equal(0, one.Cache.Statistics.CircuitOpenings);
    }

    [Fact]
    public async Task Removal_during_an_outage_is_not_lost_when_the_server_keeps_its_data()
    {
        await using var proxy = new CuttingProxy(shared.Server.Port);
        await using var cut = new Node(proxy.Port, _table);
        await using var other = new Node(shared.Server, _table);
        await cut.Cache.SetAsync("key", "old").Soon();
        Assert.Equal("old", await other.GetOrMakeAsync("key", "not needed"));

        proxy.Cut();
        await Waiting.UntilAsync(() => cut.Cache.Statistics.CoherenceLosses > 0, "The loss was not noticed.");
        await cut.Cache.RemoveAsync("key").Soon();
        Assert.Null(await cut.Cache.GetAsync<string>("key").Soon());

        proxy.Mend();
        await other.UntilDroppedAsync("key");
        await Waiting.UntilAsync(async () => await other.Cache.GetAsync<string>("key") is null, "The removal was lost.");
        Assert.Null(await cut.Cache.GetAsync<string>("key").Soon());
    }

    [Fact]
    public async Task Change_missed_during_an_outage_is_noticed_after_it()
    {
        await using var proxy = new CuttingProxy(shared.Server.Port);
        await using var cut = new Node(proxy.Port, _table);
        await using var other = new Node(shared.Server, _table);
        await cut.Cache.SetAsync("key", "old").Soon();
        proxy.Cut();
        await Waiting.UntilAsync(() => cut.Cache.Statistics.CoherenceLosses > 0, "The loss was not noticed.");
        await other.Cache.SetAsync("key", "new").Soon();
        proxy.Mend();

        await Waiting.UntilAsync(async () => await cut.Cache.GetAsync<string>("key") == "new", "The old value is still served.");
    }

    [Fact]
    public async Task Paused_server_is_given_up_and_taken_back()
    {
        await using PostgreSqlServer own = await PostgreSqlServer.StartAsync();
        await using var node = new Node(own, configureStore: Impatient, configure: options => options.Store.ReadTimeout = options.Store.WriteTimeout = TimeSpan.FromMilliseconds(500));
        await Waiting.UntilAsync(async () =>
        {
            await node.Cache.SetAsync("key", "value").Soon();
            return await node.Store.GetAsync(await node.OnlyNameAsync(), default) is not null;
        }, "The value was not stored.");
        await node.UntilListeningAsync();

        await own.PauseAsync();
        Assert.Equal("made", await node.GetOrMakeAsync("other", "made"));
        await Waiting.UntilAsync(() => node.Cache.Statistics.CoherenceLosses > 0, "The silence was not noticed.");
        await own.ResumeAsync();

        await Waiting.UntilAsync(async () => await node.Cache.GetAsync<string>("key") == "value", "The server was not taken back.");
        await node.UntilListeningAsync();
        await Waiting.UntilAsync(() => node.Store.Statistics.Reverifications > 0, "Nothing was looked at again.");
    }

    [Fact]
    public async Task Silent_network_is_noticed_without_a_call_under_way()
    {
        await using var proxy = new CuttingProxy(shared.Server.Port);
        await using var node = new Node(proxy.Port, _table, Impatient);
        await node.Cache.SetAsync("key", "value").Soon();
        await node.UntilListeningAsync();
        long before = node.Store.Statistics.Listeners;

        proxy.Hold();

        await Waiting.UntilAsync(() => node.Cache.Statistics.CoherenceLosses > 0, "The silence was not noticed.");
        await Waiting.UntilAsync(() => node.Store.Statistics.Listeners > before, "No new connection was made.");
        await Waiting.UntilAsync(async () => await node.Cache.GetAsync<string>("key") == "value", "The value did not come back.");
    }

    [Fact]
    public async Task Connection_cut_in_the_middle_of_replies_under_load_yields_errors_but_never_a_wrong_value()
    {
        await using var proxy = new CuttingProxy(shared.Server.Port);
        await using PostgreSqlStore store = TestStores.Make(proxy.Port, _table);
        for (int i = 0; i < 64; i++)
            await store.SetAsync($"key:{i}", Value(i), null, default);
        using var done = new CancellationTokenSource();
        var errors = new ConcurrentBag<Exception>();
        int right = 0;
        Task[] readers = [.. Enumerable.Range(0, 8).Select(reader => Task.Run(async () =>
        {
            for (int i = reader; !done.IsCancellationRequested; i = (i + 7) % 64)
            {
                try
                {
                    ReadOnlyMemory<byte>? value = await store.GetAsync($"key:{i}", default);
                    Assert.Equal(Value(i), value!.Value.ToArray());
                    Interlocked.Increment(ref right);
                }
                catch (NpgsqlException error)
                {
                    errors.Add(error);
                    await Task.Yield();
                }
            }
        }))];

        for (int round = 0; round < 20; round++)
        {
            int before = Volatile.Read(ref right);
            if (round % 2 == 0)
                proxy.CutAfter(1000 + (round * 37));
            else
                proxy.CutOnce();
            await Waiting.UntilAsync(() => Volatile.Read(ref right) > before + 100, "The readers did not come back.");
        }

        await done.CancelAsync();
        await Task.WhenAll(readers).Soon();
        Assert.True(store.Statistics.Failures > 10, $"Only {store.Statistics.Failures} calls failed: nothing was cut.");

        static byte[] Value(int i) => Encoding.UTF8.GetBytes(new string((char)('A' + (i % 26)), 100 + i));
    }

    [Fact]
    public async Task Write_that_was_given_up_and_arrives_late_is_not_carried_out()
    {
        await using var proxy = new CuttingProxy(shared.Server.Port);
        await using PostgreSqlStore store = TestStores.Make(proxy.Port, _table, Impatient);
        await store.SetAsync("key", "first"u8.ToArray(), null, default);

        Action release = proxy.Hold();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => store.SetAsync("key", "late"u8.ToArray(), null, default).Soon());
        await Waiting.UntilAsync(async () =>
        {
            try
            {
                return await store.RemoveAsync("key", default);
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }, "No new connection was made.");
        release(); // Now the old write goes on to the server.

        // It goes nowhere: its backend has ended.
        await using PostgreSqlStore other = TestStores.Make(shared.Server, _table);
        for (int i = 0; i < 50; i++)
            Assert.False((await other.GetAsync("key", default)).HasValue, "The old write came after the removal.");
    }

    [Fact]
    public async Task Killed_backends_cost_no_read()
    {
        string name = "killed_" + _table;
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table, options => options.ConnectionString += $";Application Name={name}");
        await store.SetAsync("key", "value"u8.ToArray(), null, default);
        for (int round = 0; round < 5; round++)
        {
            // Several idle connections, all of which die.
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.GetAsync("key", default).AsTask())).Soon();
            Assert.True((long)(await shared.Server.SqlAsync($"SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 30000)) FROM pg_stat_activity WHERE application_name = '{name}'"))! > 0);

            for (int i = 0; i < 4; i++)
                Assert.True((await store.GetAsync("key", default).Soon()).HasValue);
        }
    }

    [Fact]
    public async Task Calls_fail_while_nobody_is_there_and_the_cache_answers()
    {
        int port = PostgreSqlServer.FreePort();
        await using PostgreSqlStore store = TestStores.Make(port);
        await Assert.ThrowsAsync<NpgsqlException>(() => store.GetAsync("key", default).Soon());
        await Assert.ThrowsAsync<NpgsqlException>(() => store.SetAsync("key", "value"u8.ToArray(), null, default).Soon());
        await Assert.ThrowsAsync<NpgsqlException>(() => store.WaitForLeaseAsync("key", default).Soon());

        await using var node = new Node(port);

        Assert.Equal("made", await node.GetOrMakeAsync("key", "made"));
    }

    [Fact]
    public async Task Wait_for_a_lease_ends_although_nobody_tells_of_it()
    {
        // Its own connections work; the one that listens does not come about.
        await using PostgreSqlStore holder = TestStores.Make(shared.Server, _table);
        string? lease = await holder.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
        await using PostgreSqlStore deaf = TestStores.Make(shared.Server, _table, options =>
        {
            options.ConnectionString += ";Application Name=deaf";
            options.ReconnectDelay = options.MaxReconnectDelay = TimeSpan.FromMinutes(10);
        });
        Task wait = deaf.WaitForLeaseAsync("key", default).AsTask();
        await Waiting.UntilAsync(() => deaf.Statistics.IsListening, "It does not listen.");
        await Waiting.UntilAsync(async () =>
        {
            // The first attempt after a loss is made at once; the second not before long.
            await shared.Server.SqlAsync("SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'deaf' AND (query LIKE 'LISTEN%' OR query = 'SELECT 1' OR query = '')");
            return !deaf.Statistics.IsListening && deaf.Statistics.Losses >= 1;
        }, "It still listens.");
        Assert.False(wait.IsCompleted);

        await holder.ReleaseLeaseAsync("key", lease!, default);

        await wait.Soon();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Clock_of_a_process_matters_to_no_TTL_and_to_no_lease(int hours)
    {
        await using PostgreSqlStore skewed = TestStores.Make(shared.Server, _table, options => options.TimeProvider = new SkewedTime(TimeSpan.FromHours(hours)));
        await using PostgreSqlStore right = TestStores.Make(shared.Server, _table);

        await skewed.SetAsync("minutes", "value"u8.ToArray(), TimeSpan.FromMinutes(30), default);
        await skewed.SetAsync("moment", "value"u8.ToArray(), TimeSpan.FromMilliseconds(20), default);
        string? lease = await skewed.TryAcquireLeaseAsync("leased", TimeSpan.FromMinutes(30), default);
        await skewed.TryAcquireLeaseAsync("leased for a moment", TimeSpan.FromMilliseconds(20), default);

        Assert.InRange((await right.GetTimeToLiveAsync("minutes", default)).Remaining!.Value, TimeSpan.FromMinutes(25), TimeSpan.FromMinutes(30));
        await Waiting.UntilAsync(async () => !(await right.GetAsync("moment", default)).HasValue, "It did not expire.");
        Assert.Null(await right.TryAcquireLeaseAsync("leased", TimeSpan.FromHours(1), default));
        await skewed.WaitForLeaseAsync("leased for a moment", default).Soon();
        Assert.NotNull(await right.TryAcquireLeaseAsync("leased for a moment", TimeSpan.FromHours(1), default));
        Assert.True(await skewed.SetWithLeaseAsync("leased", lease!, "value"u8.ToArray(), null, default));
    }

    private static void Impatient(PostgreSqlStoreOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
        options.CommandTimeout = TimeSpan.FromSeconds(2);
        options.ConnectTimeout = TimeSpan.FromSeconds(2);
    }

    private static async Task<bool> AnswersAsync(PostgreSqlStore store)
    {
        try
        {
            await store.GetAsync("key", default).Soon();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private sealed class SkewedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
