using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;

namespace Larder.PostgreSql.Tests.Coherence;

/// <summary>Changes by others: with psql, in another language, by an administrator.</summary>
public sealed class OutsideChangeTests(SharedServer shared)
{
    private readonly string _table = shared.NewTable();

    [Theory]
    [InlineData("DELETE FROM {0}")]
    [InlineData("UPDATE {0} SET expires_at = now()")]
    [InlineData("UPDATE {0} SET value = 'no envelope'")]
    [InlineData("TRUNCATE {0}")]
    public async Task Change_from_outside_is_seen_by_every_memory(string statement)
    {
        await using var one = new Node(shared.Server, _table);
        await using var two = new Node(shared.Server, _table);
        await one.Cache.SetAsync("key", "old").Soon(); // Written, and never read by this node.
        Assert.Equal("old", await two.GetOrMakeAsync("key", "not needed"));
        Assert.Equal("old", one.InMemory("key"));

        await shared.Server.SqlAsync(string.Format(statement, $"larder.{_table}"));

        await Waiting.UntilAsync(async () => await one.Cache.GetAsync<string>("key") is null, "The value survived.");
        await Waiting.UntilAsync(async () => await two.Cache.GetAsync<string>("key") is null, "The value survived.");
        Assert.Equal("new", await one.GetOrMakeAsync("key", "new"));
        Assert.Equal("new", await two.GetOrMakeAsync("key", "not needed"));
    }

    [Fact]
    public async Task Removal_from_outside_while_a_factory_runs_keeps_its_value_out_of_every_tier()
    {
        await using var one = new Node(shared.Server, _table);
        await using var two = new Node(shared.Server, _table);
        await two.Cache.GetAsync<string>("key").Soon();
        await two.UntilListeningAsync();
        var started = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        Task<string> computing = one.Cache.GetOrSetAsync("key", async _ =>
        {
            started.SetResult();
            await gate.Task;
            return "from old data";
        }).AsTask();
        await started.Task.Soon();

        // There is no entry; but there is the lease.
        Assert.Equal(1L, await shared.Server.SqlAsync($"WITH removed AS (DELETE FROM larder.{_table} RETURNING 1) SELECT count(*) FROM removed"));
        // Whoever begins before it has heard of that must throw away what it makes.
        await Waiting.UntilAsync(() => one.Store.Statistics.Notifications > 0 && two.Store.Statistics.Notifications > 0, "Nothing was told.");
        gate.SetResult();

        Assert.Equal("from old data", await computing.Soon());
        Assert.Equal("new", await two.GetOrMakeAsync("key", "new"));
        Assert.Equal("new", await one.GetOrMakeAsync("key", "not needed"));
    }

    [Fact]
    public async Task Notifications_that_are_none_of_ours_are_passed_over()
    {
        await using var node = new Node(shared.Server, _table);
        await node.Cache.SetAsync("key", "value").Soon();
        foreach (string payload in (string[])["", "hello", "k:::::", "k:s::1:1:***", "k:s::0:1:QQ==", "k:s::2:1:QQ==", "k:s::1:99999:QQ==", "q:s::1:1:QQ==", "k:s::1:1:/w==", ":::::::", "k:s::-1:1:QQ=="])
            await shared.Server.SqlAsync($"SELECT pg_notify('larder.{_table}', '{payload}')");

        await node.Cache.SetAsync("fence", "value").Soon();

        Assert.Equal("value", node.InMemory("key"));
        Assert.True(node.Store.Statistics.IsListening);
        Assert.Equal(0, node.Cache.Statistics.CoherenceLosses);
    }

    [Fact]
    public async Task Key_of_which_a_part_is_missing_makes_everything_doubtful()
    {
        await using var node = new Node(shared.Server, _table);
        await node.Cache.SetAsync("key", "value").Soon();
        await node.UntilListeningAsync();

        await shared.Server.SqlAsync($"SELECT pg_notify('larder.{_table}', 'k:s:mark:2:3:QQ==')");

        await Waiting.UntilAsync(() => node.Cache.Statistics.CoherenceLosses == 1, "Nothing was doubted.");
        Assert.Equal("value", await node.Cache.GetAsync<string>("key").Soon());
    }

    [Fact]
    public async Task Long_keys_that_begin_alike_are_told_in_one_transaction()
    {
        await using PostgreSqlStore watching = TestStores.Make(shared.Server, _table);
        await using PostgreSqlStore writing = TestStores.Make(shared.Server, _table);
        var observer = new Conformance.RecordingObserver();
        using IDisposable observation = watching.Observe(observer);
        string[] keys = [.. Enumerable.Range(0, 5).Select(i => new string('x', 40_000) + i)];
        foreach (string key in keys)
            await writing.SetAsync(key, "value"u8.ToArray(), null, default);
        await watching.GetManyAsync(keys, default);
        int[] before = [.. keys.Select(observer.CountChanged)];

        Assert.Equal(5, await writing.RemoveManyAsync(keys, default));

        await Waiting.UntilAsync(() => keys.Index().All(key => observer.CountChanged(key.Item) > before[key.Index]), "Not every key was told.");
        Assert.Equal(0, observer.CountLost());
    }

    [Fact]
    public async Task Epochs_that_were_lost_begin_later_than_they_ended()
    {
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table);
        long before = 0;
        for (int i = 0; i < 5; i++)
            before = await store.BumpEpochAsync("name", default);

        await shared.Server.SqlAsync($"TRUNCATE larder.{_table}_epochs");

        Assert.True(await store.BumpEpochAsync("other", default) > before);
        await shared.Server.SqlAsync($"TRUNCATE larder.{_table}_epochs");
        Assert.True((await store.GetEpochsAsync(["name"], default)).Counter > before);
    }
}
