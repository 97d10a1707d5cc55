using Larder.Conformance;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Tests.Servers;
using Larder.MongoDB.Tests.Store;
using Larder.Stores;

namespace Larder.MongoDB.Tests.Faults;

/// <summary>Primaries that step down, die, or claim to be what they are not.</summary>
public sealed class ElectionTests
{
    private static readonly byte[] Value = [1, 2, 3];

    [Fact]
    public async Task Step_down_costs_no_caller_an_error()
    {
        await using var set = new TestReplicaSet();
        await using MongoDbStore store = TestStores.Make(set.Address);
        for (int i = 0; i < 15; i++)
        {
            await store.SetAsync("key", BitConverter.GetBytes(i), null, default);
            set.StepDown();
            switch (i % 5)
            {
                case 3:
                    Assert.Equal(1, await store.RemoveManyAsync(["key", "another"], default));
                    break;
                case 0:
                    Assert.Equal(BitConverter.GetBytes(i), (await store.GetAsync("key", default))!.Value.ToArray());
                    break;
                case 1:
                    Assert.True(await store.RemoveAsync("key", default));
                    break;
                case 2:
                    Assert.NotNull(await store.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default));
                    break;
                default:
                    Assert.True(await store.SetTimeToLiveAsync("key", TimeSpan.FromHours(1), default));
                    break;
            }
        }

        Assert.Equal(15, store.Statistics.Retries);
    }

    [Fact]
    public async Task Callers_wait_for_an_election()
    {
        await using var set = new TestReplicaSet();
        await using MongoDbStore store = TestStores.Make(set.Address, configure: options => options.ServerSelectionTimeout = TimeSpan.FromSeconds(60));
        await store.SetAsync("key", Value, null, default);
        MongoServer old = set.StandDown();

        Task<ReadOnlyMemory<byte>?>[] reads = [.. Enumerable.Range(0, 8).Select(_ => store.GetAsync("key", default).AsTask())];
        await Task.Delay(100);
        Assert.DoesNotContain(reads, read => read.IsCompleted);
        set.Elect(old);

        foreach (ReadOnlyMemory<byte>? read in await Task.WhenAll(reads).Soon())
            Assert.Equal(Value, read!.Value.ToArray());
    }

    [Fact]
    public async Task Without_a_primary_a_call_fails_in_time_and_says_what_each_server_is()
    {
        await using var set = new TestReplicaSet();
        await using MongoDbStore store = TestStores.Make(set.Address, configure: options => options.ServerSelectionTimeout = TimeSpan.FromMilliseconds(200));
        set.StandDown();
        set.Members[2].Stop();

        var error = await Assert.ThrowsAsync<MongoDbConnectionException>(() => store.GetAsync("key", default).AsTask());

        Assert.Contains($"{set.Members[0].Address} is a secondary", error.Message);
    }

    [Fact]
    public async Task Primary_that_dies_is_followed_by_the_next()
    {
        await using var set = new TestReplicaSet();
        await using MongoDbStore store = TestStores.Make(set.Address);
        await store.SetAsync("key", Value, null, default);

        MongoServer dead = set.StandDown();
        dead.Stop();
        set.Elect(dead);

        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
        await store.SetAsync("key", Value, null, default);
    }

    [Fact]
    public async Task Primary_of_an_earlier_election_is_none()
    {
        await using var set = new TestReplicaSet();
        await using MongoDbStore store = TestStores.Make(set.Address);
        await store.SetAsync("key", Value, null, default);
        set.StepDown();
        await store.GetAsync("key", default);
        MongoServer current = set.Primary;

        // A member that was cut off from the others still takes itself for primary.
        set.Members[0].Role.IsWritable = true;
        current.Cut();
        await store.SetAsync("other", Value, null, default);

        int before = set.Members[0].Commands.Counts.GetValueOrDefault("update");
        current.Cut();
        await store.SetAsync("other", Value, null, default);
        Assert.Equal(before, set.Members[0].Commands.Counts.GetValueOrDefault("update"));
    }

    [Fact]
    public async Task Members_whose_names_are_none_are_passed_over()
    {
        await using var server = new MongoServer(setName: "larder");
        server.Role.Hosts = () => [server.Address, "a:b", "", "::1", "no host:1"];
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}/?replicaSet=larder");

        await store.SetAsync("key", Value, null, default);

        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
    }

    [Fact]
    public async Task Server_of_another_replica_set_is_left_alone()
    {
        await using var server = new MongoServer(setName: "another");
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}/?replicaSet=larder", configure: options => options.ServerSelectionTimeout = TimeSpan.FromMilliseconds(100));

        var error = await Assert.ThrowsAsync<MongoDbConnectionException>(() => store.GetAsync("key", default).AsTask());

        Assert.Contains("is of the replica set 'another', and 'larder' is wanted", error.Message);
    }

    [Fact]
    public async Task Write_whose_answer_was_lost_happens_once()
    {
        await using var server = new MongoServer(setName: "larder");
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}/?replicaSet=larder");
        await store.GetEpochsAsync([], default);
        for (int i = 0; i < 10; i++)
        {
            int lost = 0;
            server.After = (command, _) => command.First().Key is "getMore" or "hello" || Interlocked.Exchange(ref lost, 1) != 0;
            long before = (await store.GetEpochsAsync([], default)).Counter;
            lost = 0;
            Assert.Equal(before + 1, await store.BumpEpochAsync("name", default));
            lost = 0;
            await store.SetAsync("key", Value, null, default);
            lost = 0;
            Assert.True(await store.RemoveAsync("key", default), "The removal was carried out twice, and the second found nothing.");
            lost = 0;
            string? lease = await store.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
            Assert.NotNull(lease);
            lost = 0;
            Assert.True(await store.SetWithLeaseAsync("key", lease, Value, null, default), "The write ended its lease, and was told that it had none.");
        }
    }

    [Fact]
    public async Task Write_that_the_server_could_carry_out_twice_is_not_sent_again()
    {
        // A server that stands alone does not number writes.
        await using var server = new MongoServer();
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}");
        await store.SetAsync("key", Value, null, default);
        int lost = 0;
        server.After = (command, _) => command.First().Key != "findAndModify" || Interlocked.Exchange(ref lost, 1) != 0;

        await Assert.ThrowsAsync<MongoDbConnectionException>(() => store.RemoveAsync("key", default).AsTask());

        Assert.Equal(1, server.Commands.Counts["findAndModify"]);
        Assert.Null(await store.GetAsync("key", default));
    }

    [Fact]
    public async Task Changes_are_told_again_after_an_election()
    {
        await using var set = new TestReplicaSet();
        await using MongoDbStore watcher = TestStores.Make(set.Address, configure: options => options.HeartbeatInterval = TimeSpan.FromMilliseconds(200));
        await using MongoDbStore writer = TestStores.Make(set.FullAddress);
        var observer = new RecordingObserver();
        ((ICoherentStore)watcher).Observe(observer);
        await watcher.GetAsync("key", default);

        MongoServer dead = set.StandDown();
        dead.Stop();
        set.Elect(dead);
        await Waiting.UntilAsync(() => observer.CountLost() == 1 && observer.CountRestored() == 1, "The loss or the return was not told.");

        await writer.SetAsync("key", Value, null, default);
        await Waiting.UntilAsync(() => observer.CountChanged("key") == 1, "Nothing was told.");
    }

    [Fact]
    public async Task Server_that_refuses_a_statement_says_why()
    {
        await using var server = new MongoServer();
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}");
        server.Before = command => Task.FromResult<BsonDocument?>(command.First().Key == "update"
            ? new BsonDocument { { "n", 0 }, { "writeErrors", new BsonArray { new BsonDocument { { "index", 0 }, { "code", 14031 }, { "errmsg", "out of disk space" } } } }, { "ok", 1.0 } }
            : null);

        var error = await Assert.ThrowsAsync<MongoDbServerException>(() => store.SetAsync("key", Value, null, default).AsTask());

        Assert.Equal(14031, error.Code);
        Assert.Contains("out of disk space", error.Message);
    }

    [Fact]
    public async Task Index_that_is_refused_is_told_and_the_store_goes_on()
    {
        await using var server = new MongoServer();
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}");
        server.Before = command => command.First().Key == "createIndexes" ? throw new ServerFailure(13, "Unauthorized", "not allowed") : Task.FromResult<BsonDocument?>(null);

        await store.SetAsync("key", Value, null, default);

        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
    }
}
