using Larder.MongoDB.Bson;
using Larder.MongoDB.Tests.Servers;
using Larder.Stores;

namespace Larder.MongoDB.Tests.Store;

/// <summary>What lies in the database, for whoever looks at it with other tools.</summary>
public sealed class DocumentTests(SharedMongo mongo)
{
    private readonly string _database = mongo.NewDatabase();

    [Fact]
    public async Task Entry_is_a_document_that_says_what_it_is()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        await store.SetAsync("app:weather:user:456:%2412%3A3:berlin", "value"u8.ToArray(), TimeSpan.FromMinutes(1), default);

        BsonDocument document = Assert.Single(await TestStores.ListAsync(mongo.Address, _database, "app.weather"));

        AssertFields(["_id", "value", "created_at", "expire_at", "collection", "scope", "organization_id", "user_id", "changed_by"], document);
        Assert.Equal("app:weather:user:456:%2412%3A3:berlin", document["_id"].AsString);
        Assert.Equal("value"u8.ToArray(), document["value"].AsBinary!.Bytes.ToArray());
        Assert.Equal((BsonType.DateTime, BsonType.DateTime, 60_000), (document["created_at"].Type, document["expire_at"].Type, document["expire_at"].Bits - document["created_at"].Bits));
        Assert.Equal(("weather", "user", "456", "$12:3"), (document["collection"].AsString, document["scope"].AsString, document["organization_id"].AsString, document["user_id"].AsString));
    }

    [Fact]
    public async Task What_an_entry_has_not_is_not_there()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        await store.SetAsync("app:weather:global:~:~:a", default, null, default);
        await store.SetAsync("another", default, null, default);

        AssertFields(["_id", "value", "created_at", "collection", "scope", "changed_by"], Assert.Single(await TestStores.ListAsync(mongo.Address, _database, "app.weather")));
        AssertFields(["_id", "value", "created_at", "changed_by"], Assert.Single(await TestStores.ListAsync(mongo.Address, _database, "entries")));
    }

    [Fact]
    public async Task The_longest_TTL_ends_at_a_date_that_every_driver_can_read()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        await store.SetAsync("key", default, TimeSpan.MaxValue, default);

        long end = Assert.Single(await TestStores.ListAsync(mongo.Address, _database, "entries"))["expire_at"].Bits;

        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(end).Year, 9000, 9999);
    }

    [Fact]
    public async Task Caches_collections_are_collections_with_a_TTL_index_made_once()
    {
        await using var server = new MongoServer();
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}");
        await using var cache = Larder.Cache.Create(options =>
        {
            options.Name = "app";
            options.UseStore(store);
        });
        Cache weather = cache.Collection("weather");
        for (int i = 0; i < 20; i++)
        {
            await weather.SetAsync($"key{i}", i);
            await cache.SetAsync($"key{i}", i);
        }

        Assert.Equal(["app.default", "app.weather"], server.Data.Collections("larder").Where(name => name.Contains('.')).Order());
        Assert.Equal(2, server.Commands.Counts["createIndexes"]);
        BsonDocument index = Assert.Single(server.Data.Find("larder", "app.weather")!.Indexes);
        Assert.Equal((0, "expire_at"), (index["expireAfterSeconds"].AsInt64, index["key"].AsDocument!.FieldAt(0).Key));
    }

    [Fact]
    public async Task What_was_removed_leaves_no_bytes_behind_and_then_nothing()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        foreach (string key in (string[])["a", "b", "c"])
            await store.SetAsync(key, new byte[100], null, default);
        string? lease = await store.TryAcquireLeaseAsync("d", TimeSpan.FromHours(1), default);
        await store.ReleaseLeaseAsync("d", lease!, default);

        await store.RemoveAsync("a", default);
        await store.RemoveManyAsync(["b", "c"], default);

        Assert.All(await TestStores.ListAsync(mongo.Address, _database, "entries"), document => Assert.True(document["value"].IsMissing));
        await Waiting.UntilAsync(async () => (await TestStores.ListAsync(mongo.Address, _database, "entries")).Count == 0, "The server did not delete what was removed.", TimeSpan.FromSeconds(150));
    }

    [Fact]
    public async Task Entry_under_a_lease_outlives_its_end_as_a_document_but_not_as_an_entry()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        await store.SetAsync("key", new byte[1], TimeSpan.FromMilliseconds(300), default);
        string? lease = await store.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);

        await Waiting.UntilAsync(async () => await store.GetAsync("key", default) is null, "The entry did not end.");
        await Task.Delay(500);

        Assert.Equal(StoreTimeToLive.Missing, await store.GetTimeToLiveAsync("key", default));
        Assert.Null(await store.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default));
        Assert.True(await store.SetWithLeaseAsync("key", lease!, new byte[2], null, default));
        Assert.Equal(2, (await store.GetAsync("key", default))!.Value.Length);
    }

    [Fact]
    public async Task Entrys_own_end_comes_back_when_a_lease_on_it_is_released_and_a_new_one_passes_the_lease_by()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        await store.SetAsync("ends", new byte[1], TimeSpan.FromHours(2), default);
        await store.SetAsync("stays", new byte[1], null, default);
        foreach (string key in (string[])["ends", "stays"])
        {
            string? lease = await store.TryAcquireLeaseAsync(key, TimeSpan.FromHours(10), default);
            Assert.Equal(key == "ends", (await store.GetTimeToLiveAsync(key, default)).Remaining < TimeSpan.FromHours(3));
            Assert.True(await store.SetTimeToLiveAsync(key, key == "ends" ? TimeSpan.FromHours(1) : null, default));
            Assert.Null(await store.TryAcquireLeaseAsync(key, TimeSpan.FromHours(10), default));
            await store.ReleaseLeaseAsync(key, lease!, default);
            Assert.NotNull(await store.TryAcquireLeaseAsync(key, TimeSpan.FromMilliseconds(1), default));
        }

        Assert.InRange((await store.GetTimeToLiveAsync("ends", default)).Remaining!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Equal(StoreTimeToLive.Infinite, await store.GetTimeToLiveAsync("stays", default));
    }

    [Fact]
    public async Task Value_as_large_as_a_document_takes_is_kept_and_a_larger_one_is_refused_by_name()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        byte[] largest = new byte[(16 * 1024 * 1024) - (16 * 1024) - 24];
        Random.Shared.NextBytes(largest);

        await store.SetAsync("key", largest, null, default);

        Assert.True((await store.GetAsync("key", default))!.Value.Span.SequenceEqual(largest));
        var error = await Assert.ThrowsAsync<MongoDbException>(() => store.SetAsync("key", new byte[largest.Length + 1], null, default).AsTask());
        Assert.Contains("16,777,216", error.Message);
        Assert.Equal(largest.Length, (await store.GetAsync("key", default))!.Value.Length);
    }

    [Fact]
    public async Task More_than_a_message_holds_is_read_in_several()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        string[] keys = [.. Enumerable.Range(0, 10).Select(i => $"key:{i}")];
        foreach ((int i, string key) in keys.Index())
            await store.SetAsync(key, new byte[(5 * 1024 * 1024) + i], null, default);

        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync(keys, default);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => (5 * 1024 * 1024) + i), values.Select(value => value!.Value.Length));
    }

    [Fact]
    public async Task More_keys_than_a_command_holds_are_named_in_several()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        string[] keys = [.. Enumerable.Range(0, 500).Select(i => $"{new string('\u2606', 20_000)}{i}")];
        await store.SetAsync(keys[7], new byte[7], null, default);
        await store.SetAsync(keys[499], new byte[499], null, default);

        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync(keys, default);

        Assert.Equal((7, 499, 498), (values[7]!.Value.Length, values[499]!.Value.Length, values.Count(value => value is null)));
        Assert.Equal(2, await store.RemoveManyAsync(keys, default));
    }

    [Fact]
    public async Task Epochs_leave_the_counters_document_and_stay_what_they_were()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        var expected = new Dictionary<string, long>();
        for (int i = 0; i < 300; i++)
            expected[$"tag:{i % 120}"] = await store.BumpEpochAsync($"tag:{i % 120}", default);

        await Waiting.UntilAsync(
            async () =>
            {
                // A list that was not asked to be in order is in none.
                List<BsonDocument> documents = await TestStores.ListAsync(mongo.Address, _database, "epochs");
                return documents.Count == 121 && documents.Single(one => one["_id"].Type != BsonType.String)["recent"].AsArray!.Count <= 65;
            },
            "The epochs were not filed.");
        StoreEpochs read = await store.GetEpochsAsync([.. expected.Keys], default);
        Assert.Equal(expected.Values, read.Epochs);
        Assert.Equal(expected.Values.Max(), read.Counter);
    }

    [Fact]
    public async Task What_others_have_written_by_hand_is_read_as_far_as_it_is_an_entry()
    {
        await using MongoDbStore store = TestStores.Make(mongo.Address, _database);
        await store.SetAsync("a", new byte[1], null, default);
        await TestStores.RunAsync(mongo.Address, _database, new BsonDocument
        {
            { "insert", "entries" },
            {
                "documents", new BsonArray
                {
                    new BsonDocument { { "_id", "bytes" }, { "value", new BsonBinary(new byte[3]) } },
                    new BsonDocument { { "_id", "text" }, { "value", "no bytes" } },
                    new BsonDocument { { "_id", 5 }, { "value", new BsonBinary(new byte[4]) } },
                    new BsonDocument { { "_id", "\u001Axxxx" }, { "value", new BsonBinary(new byte[4]) } },
                }
            },
        });

        Assert.Equal(3, (await store.GetAsync("bytes", default))!.Value.Length);
        Assert.Null(await store.GetAsync("text", default));
        Assert.Equal([3, null], (await store.GetManyAsync(["bytes", "text"], default)).Select(value => value?.Length));
        Assert.True(await store.RemoveAsync("bytes", default));
        var keys = new List<string>();
        await foreach (string key in store.ScanAsync("", default))
            keys.Add(key);
        Assert.Equal(["a", "text"], keys);
    }

    // Their order is the server's affair.
    private static void AssertFields(string[] expected, BsonDocument document) => Assert.Equal(expected.Order(), document.Select(field => field.Key).Order());
}
