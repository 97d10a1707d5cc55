using System.Collections.Concurrent;
using System.Text;
using Larder.Redis.Tests.Coherence;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Faults;

/// <summary>The server goes away, and comes back.</summary>
public sealed class OutageTests(SharedRedis redis)
{
    private readonly string _namespace = redis.NewNamespace();

    [Fact]
    public async Task Killed_server_costs_no_answer_and_what_was_changed_meanwhile_is_changed_when_it_is_back()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using var one = new Node(own, "");
        await using var two = new Node(own, "");
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
        Assert.True(one.Cache.Statistics.CoherenceLosses > 0);
        // And changes are told again.
        await two.Cache.SetAsync("set", "newer").Soon();
        await one.UntilDroppedAsync("set");
    }

    [Fact]
    public async Task Removal_during_an_outage_is_not_lost_when_the_server_keeps_its_data()
    {
        await using var proxy = new CuttingProxy(redis.Server.Port);
        await using var cut = new Node(proxy.Address, _namespace);
        await using var other = new Node(redis.Server, _namespace);
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
        await using var proxy = new CuttingProxy(redis.Server.Port);
        await using var cut = new Node(proxy.Address, _namespace);
        await using var other = new Node(redis.Server, _namespace);
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
        await using RedisServer own = await RedisServer.StartAsync();
        await using var node = new Node(own, "", Impatient, options => options.Store.ReadTimeout = options.Store.WriteTimeout = TimeSpan.FromMilliseconds(500));
        await node.Cache.SetAsync("key", "value").Soon();

        await own.PauseAsync();
        Assert.Equal("made", await node.GetOrMakeAsync("other", "made"));
        await Waiting.UntilAsync(() => node.Cache.Statistics.CoherenceLosses > 0, "The silence was not noticed.");
        await own.ResumeAsync();

        await Waiting.UntilAsync(async () => await node.Cache.GetAsync<string>("key") == "value", "The server was not taken back.");
        Assert.True(node.Store.Statistics.Reverifications > 0);
    }

    [Fact]
    public async Task Silent_network_is_noticed_without_a_command_under_way()
    {
        await using var proxy = new CuttingProxy(redis.Server.Port);
        await using var node = new Node(proxy.Address, _namespace, Impatient);
        await node.Cache.SetAsync("key", "value").Soon();

        proxy.Hold();

        await Waiting.UntilAsync(() => node.Cache.Statistics.CoherenceLosses > 0, "The silence was not noticed.");
        await Waiting.UntilAsync(() => node.Store.Statistics.Connections == 2, "No new connection was made.");
        Assert.Equal("value", await node.Cache.GetAsync<string>("key").Soon());
    }

    [Fact]
    public async Task Command_of_a_lost_connection_that_arrives_late_is_not_carried_out()
    {
        await using var proxy = new CuttingProxy(redis.Server.Port);
        await using RedisStore store = TestStores.Make(proxy.Address, _namespace, Impatient);
        await store.SetAsync("key", "first"u8.ToArray(), null, default);

        Action release = proxy.Hold();
        await Assert.ThrowsAsync<RedisConnectionException>(() => store.SetAsync("key", "late"u8.ToArray(), null, default).Soon());
        await Waiting.UntilAsync(async () =>
        {
            try
            {
                return await store.RemoveAsync("key", default);
            }
            catch (RedisException)
            {
                return false;
            }
        }, "No new connection was made.");
        release(); // Now the old write goes on to the server.

        // It goes nowhere: the server has closed that connection. Another client's answers come after whatever it had read.
        for (int i = 0; i < 20; i++)
            Assert.Equal("", await redis.Server.CliAsync("GET", _namespace + "key"));
    }

    [Fact]
    public async Task Connection_cut_in_the_middle_of_replies_under_load_yields_errors_but_never_a_wrong_value()
    {
        await using var proxy = new CuttingProxy(redis.Server.Port);
        await using RedisStore store = TestStores.Make(proxy.Address, _namespace);
        for (int i = 0; i < 64; i++)
            await store.SetAsync($"key:{i}", Encoding.UTF8.GetBytes(new string((char)('A' + (i % 26)), 100 + i)), null, default);
        using var done = new CancellationTokenSource();
        var errors = new ConcurrentBag<Exception>();
        int right = 0;
        Task[] readers = [.. Enumerable.Range(0, 16).Select(reader => Task.Run(async () =>
        {
            for (int i = reader; !done.IsCancellationRequested; i = (i + 7) % 64)
            {
                try
                {
                    ReadOnlyMemory<byte>? value = await store.GetAsync($"key:{i}", default);
                    Assert.Equal(new string((char)('A' + (i % 26)), 100 + i), Encoding.UTF8.GetString(value!.Value.Span));
                    Interlocked.Increment(ref right);
                }
                catch (RedisConnectionException error)
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
        Assert.True(store.Statistics.Connections > 10, $"Only {store.Statistics.Connections} connections were made: nothing was cut.");
    }

    [Fact]
    public async Task Commands_fail_at_once_while_nobody_is_there()
    {
        await using RedisStore store = TestStores.Make($"127.0.0.1:{RedisServer.FreePort()}");

        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => store.GetAsync("key", default).Soon());

        Assert.Contains("127.0.0.1", error.Message);
        await Assert.ThrowsAsync<RedisConnectionException>(() => store.SetAsync("key", "value"u8.ToArray(), null, default).Soon());
    }

    [Fact]
    public async Task Full_server_refuses_values_and_still_takes_removals()
    {
        await using RedisServer own = await RedisServer.StartAsync("--maxmemory-policy", "noeviction");
        await using RedisStore store = TestStores.Make(own);
        await store.SetAsync("key", "value"u8.ToArray(), null, default);
        await own.CliAsync("CONFIG", "SET", "maxmemory", "1");

        var error = await Assert.ThrowsAsync<RedisServerException>(() => store.SetAsync("other", "value"u8.ToArray(), null, default).Soon());

        Assert.Equal(RedisErrorKind.OutOfMemory, error.Kind);
        Assert.True((await store.GetAsync("key", default)).HasValue);
        Assert.True(await store.RemoveAsync("key", default));
        // In a cache it is a store that fails: the caller gets the factory's answer.
        await using var node = new Node(own, "");
        Assert.Equal("made", await node.GetOrMakeAsync("key", "made"));
    }

    [Fact]
    public async Task Scripts_that_the_server_forgot_are_sent_again()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using RedisStore store = TestStores.Make(own);
        await store.SetAsync("key", "one"u8.ToArray(), null, default);
        await own.CliAsync("SCRIPT", "FLUSH");

        await store.SetAsync("key", "two"u8.ToArray(), null, default);

        Assert.Equal("two", await own.CliAsync("GET", "key"));
    }

    private static void Impatient(RedisStoreOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
        options.CommandTimeout = TimeSpan.FromSeconds(1);
    }
}
