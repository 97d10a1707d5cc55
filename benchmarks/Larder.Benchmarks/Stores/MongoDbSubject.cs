using Larder.MongoDB.Bson;
using Larder.MongoDB.Commands;
using Larder.MongoDB.Diagnostics;
using Larder.MongoDB.Documents;
using Larder.Stores;

namespace Larder.Benchmarks.Stores;

/// <summary>MongoDB, where <c>LARDER_TEST_MONGODB</c> names a server, beside the same commands on the same collection through the bare client.</summary>
internal sealed class MongoDbSubject : StoreSubject
{
    private const string Variable = "LARDER_TEST_MONGODB";

    private readonly string _database = $"larder_bench_{Guid.NewGuid():N}"[..20];

    public override string Name => "MongoDB";

    public override string About => "the store's client without the store: the same commands, by hand";

    private static string? Address => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } address ? address : null;

    public override async Task StartAsync()
    {
        if (Address is null)
            throw new InvalidOperationException($"No server of MongoDB comes with Debian: {Variable}=mongodb://… has to name one.");
        await using ICacheStore store = Connect();
        await store.GetAsync("whether it is there", default);
    }

    public override ICacheStore Connect() => MongoDbStore.Create(Options());

    public override Task<IRawClient> ConnectRawAsync() => Task.FromResult<IRawClient>(new Client(Options()));

    public override async ValueTask DisposeAsync()
    {
        if (Address is null)
            return;
        using var client = new MongoClient(Options(), new MongoTelemetry(null));
        await new MongoDatabase(client, _database).RunAsync(new BsonDocument { { "dropDatabase", 1 } }, default);
    }

    private MongoDbStoreOptions Options()
    {
        MongoDbStoreOptions options = MongoDbStoreOptions.Parse(Address!);
        options.Database = _database;
        return options;
    }

    private sealed class Client(MongoDbStoreOptions options) : IRawClient
    {
        private readonly MongoClient _client = new(options, new MongoTelemetry(null));

        public async ValueTask<byte[]?> GetAsync(string key)
        {
            BsonDocument reply = await RunAsync(new BsonDocument
            {
                { "find", StoredPartition.CollectionOf(key) },
                { "filter", new BsonDocument { { "_id", key }, { "$expr", Expressions.Fresh } } },
                { "projection", new BsonDocument { { "_id", 0 }, { "value", 1 } } },
                { "limit", 1 },
                { "singleBatch", true },
            });
            return reply["cursor"]["firstBatch"].AsArray is [var found] ? found["value"].AsBinary!.Bytes.ToArray() : null;
        }

        public async ValueTask SetAsync(string key, byte[] value) => await RunAsync(new BsonDocument
        {
            { "update", StoredPartition.CollectionOf(key) },
            {
                "updates", new BsonArray
                {
                    new BsonDocument { { "q", new BsonDocument { { "_id", key } } }, { "u", Expressions.Write(key, value, TimeSpan.FromHours(1), "hand") }, { "upsert", true } },
                }
            },
        });

        public async ValueTask<int> GetManyAsync(string[] keys)
        {
            BsonDocument reply = await RunAsync(new BsonDocument
            {
                { "find", StoredPartition.CollectionOf(keys[0]) },
                { "filter", new BsonDocument { { "_id", new BsonDocument { { "$in", new BsonArray(keys.Select(static key => (BsonValue)key)) } } }, { "$expr", Expressions.Fresh } } },
                { "projection", new BsonDocument { { "value", 1 } } },
                { "batchSize", keys.Length + 1 },
            });
            var found = new Dictionary<string, byte[]>(keys.Length);
            foreach (BsonValue document in reply["cursor"]["firstBatch"].AsArray!)
                found[document["_id"].AsString!] = document["value"].AsBinary!.Bytes.ToArray();
            return found.Count;
        }

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            return ValueTask.CompletedTask;
        }

        private async ValueTask<BsonDocument> RunAsync(BsonDocument command) =>
            Replies.Checked(BsonReader.Read(await _client.RunCommandAsync(options.Database, BsonWriter.ToArray(command), default)));
    }
}
