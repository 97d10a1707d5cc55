using Larder.MongoDB.Bson;
using Larder.MongoDB.Commands;
using Larder.MongoDB.Diagnostics;
using Larder.MongoDB.Documents;

namespace Larder.MongoDB.Tests.Store;

/// <summary>Stores for tests: quick to notice and quick to come back.</summary>
internal static class TestStores
{
    public static MongoDbStore Make(string address, string database = "larder", Action<MongoDbStoreOptions>? configure = null) => MongoDbStore.Create(Options(address, database, configure));

    public static MongoDbStoreOptions Options(string address, string database = "larder", Action<MongoDbStoreOptions>? configure = null)
    {
        MongoDbStoreOptions options = MongoDbStoreOptions.Parse(address);
        options.Database = database;
        options.ReconnectDelay = TimeSpan.FromMilliseconds(5);
        options.MaxReconnectDelay = TimeSpan.FromMilliseconds(100);
        // A machine with other things to do must not look like a server that is gone.
        options.CommandTimeout = TimeSpan.FromSeconds(20);
        options.ConnectTimeout = TimeSpan.FromSeconds(20);
        options.WaitQueueTimeout = TimeSpan.FromSeconds(20);
        configure?.Invoke(options);
        return options;
    }

    /// <summary>Runs a command by itself.</summary>
    public static async Task<BsonDocument> RunAsync(string address, string database, BsonDocument command)
    {
        using var client = new MongoClient(Options(address, database), new MongoTelemetry(null));
        return await new MongoDatabase(client, database).RunAsync(command, default);
    }

    /// <summary>The documents of a collection.</summary>
    public static async Task<List<BsonDocument>> ListAsync(string address, string database, string collection)
    {
        using var client = new MongoClient(Options(address, database), new MongoTelemetry(null));
        return await new MongoDatabase(client, database).ListAsync(new BsonDocument { { "find", collection } }, default);
    }
}
