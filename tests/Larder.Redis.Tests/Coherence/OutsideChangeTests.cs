using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Coherence;

/// <summary>Somebody else, in another language, changes what nodes hold in memory.</summary>
public sealed class OutsideChangeTests(SharedRedis redis)
{
    private readonly string _namespace = redis.NewNamespace();

    [Theory]
    [InlineData("SET", "{0}", "something else")]
    [InlineData("APPEND", "{0}", "more")]
    [InlineData("DEL", "{0}")]
    [InlineData("UNLINK", "{0}")]
    [InlineData("PEXPIRE", "{0}", "-1")]
    [InlineData("RENAME", "{0}", "{0}-away")]
    public async Task Change_from_outside_is_seen_by_every_memory(params string[] command)
    {
        await using var one = new Node(redis.Server, _namespace);
        await using var two = new Node(redis.Server, _namespace);
        await one.Cache.SetAsync("key", "old").Soon(); // Written, and never read by this node.
        Assert.Equal("old", await two.GetOrMakeAsync("key", "not needed"));
        string name = await one.OnlyNameAsync(_namespace);

        await redis.Server.CliAsync([.. command.Select(word => string.Format(word, name))]);

        await one.UntilDroppedAsync("key");
        await two.UntilDroppedAsync("key");
        Assert.Equal("new", await one.GetOrMakeAsync("key", "new"));
        Assert.Equal("new", await two.GetOrMakeAsync("key", "not needed"));
    }

    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData("FLUSHDB")]
    public async Task Flush_from_outside_is_seen_by_every_memory(string command)
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using var one = new Node(own, "");
        await using var two = new Node(own, "");
        await one.Cache.SetAsync("key", "old").Soon();
        Assert.Equal("old", await two.GetOrMakeAsync("key", "not needed"));

        await own.CliAsync(command);

        await Waiting.UntilAsync(async () => await one.Cache.GetAsync<string>("key") is null, "The value survived the flush.");
        await Waiting.UntilAsync(async () => await two.Cache.GetAsync<string>("key") is null, "The value survived the flush.");
        Assert.Equal("new", await one.GetOrMakeAsync("key", "new"));
        Assert.Equal("new", await two.GetOrMakeAsync("key", "not needed"));
    }

    [Fact]
    public async Task Clear_after_a_flush_is_still_newer_than_everything_before_it()
    {
        await using RedisServer own = await RedisServer.StartAsync();
        await using var one = new Node(own, "");
        await using var two = new Node(own, "");
        for (int i = 0; i < 5; i++)
            await one.Cache.ClearAsync().Soon();
        await own.CliAsync("FLUSHALL");
        await one.Cache.SetAsync("key", "old").Soon();

        await two.Cache.ClearAsync().Soon();

        await one.UntilDroppedAsync("key");
        Assert.Null(await one.Cache.GetAsync<string>("key").Soon());
        Assert.Null(await two.Cache.GetAsync<string>("key").Soon());
    }

    [Fact]
    public async Task Eviction_is_seen()
    {
        await using RedisServer own = await RedisServer.StartAsync("--maxmemory-policy", "volatile-lru", "--maxmemory-samples", "64");
        await using var node = new Node(own, "");
        await node.Cache.SetAsync("key", "old").Soon();
        Assert.Equal("old", node.InMemory("key"));

        await own.CliAsync("CONFIG", "SET", "maxmemory", "1");
        await own.CliAsync("SET", "other", "value"); // Refused; but room was looked for.

        await node.UntilDroppedAsync("key");
    }

    [Fact]
    public async Task Value_that_is_no_entry_is_a_miss_and_is_replaced()
    {
        await using var node = new Node(redis.Server, _namespace);
        await node.Cache.SetAsync("key", "old").Soon();
        string name = await node.OnlyNameAsync(_namespace);
        await redis.Server.CliAsync("DEL", name);
        await redis.Server.CliAsync("LPUSH", name, "a list");
        await node.UntilDroppedAsync("key");

        Assert.Null(await node.Cache.GetAsync<string>("key").Soon());
        Assert.Equal("new", await node.GetOrMakeAsync("key", "new"));
        Assert.Equal("string", await redis.Server.CliAsync("TYPE", name));
        Assert.Equal(0, node.Cache.Statistics.CircuitOpenings);
    }

    [Fact]
    public async Task Removal_from_outside_while_a_factory_runs_keeps_its_value_out_of_every_tier()
    {
        await using var one = new Node(redis.Server, _namespace);
        await using var two = new Node(redis.Server, _namespace);
        // The name on the server is known from another round of the same key.
        await one.Cache.SetAsync("key", "older").Soon();
        string name = await one.OnlyNameAsync(_namespace);
        await one.Cache.RemoveAsync("key").Soon();
        var started = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        Task<string> computing = one.Cache.GetOrSetAsync("key", async _ =>
        {
            started.SetResult();
            await gate.Task;
            return "from old data";
        }).AsTask();
        await started.Task.Soon();

        Assert.Equal("1", await redis.Server.CliAsync("DEL", name)); // There is no entry; but there is the lease.
        gate.SetResult();

        Assert.Equal("from old data", await computing.Soon());
        Assert.Equal("new", await two.GetOrMakeAsync("key", "new"));
        Assert.Equal("new", await one.GetOrMakeAsync("key", "not needed"));
    }
}
