using Larder.Conformance;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Commands;
using Larder.MongoDB.Diagnostics;
using Larder.MongoDB.Tests.Servers;
using Larder.Stores;

namespace Larder.MongoDB.Tests.Store;

/// <summary>A client as other drivers are: it throws for what a server refuses, and reads on only the cursors of change streams.</summary>
internal sealed class ForeignClient(string address) : IMongoDbClient, IDisposable
{
    private readonly MongoClient _client = new(TestStores.Options(address), new MongoTelemetry(null));
    private string? _stream;

    public async ValueTask<ReadOnlyMemory<byte>> RunCommandAsync(string database, ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        BsonDocument document = BsonReader.Read(command.ToArray());
        if (document.First().Key == "getMore" && document["collection"].AsString != _stream)
            throw new InvalidOperationException("The cursor was opened in another session.");
        BsonDocument reply = BsonReader.Read(await _client.RunCommandAsync(database, BsonWriter.ToArray(document), cancellationToken));
        if (document.First().Key == "aggregate")
            _stream = "$cmd.aggregate";
        return reply["ok"].AsBoolean ? BsonWriter.ToArray(reply) : throw new InvalidOperationException(reply["errmsg"].AsString);
    }

    public void Dispose() => _client.Dispose();
}

public sealed class ForeignClientConformance(SharedMongo mongo) : StoreConformance
{
    private readonly string _database = mongo.NewDatabase();
    private readonly ForeignClient _client = new(mongo.Address);

    protected override int LongestValue => 16_760_000;

    protected override ValueTask<bool> IsTakenAsync(string key) => mongo.TakesAsync(key);

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(TestStores.Make(mongo.Address, _database, options => options.Client = _client));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _client.Dispose();
    }

    [Fact]
    public async Task More_than_a_message_holds_is_asked_for_again()
    {
        ICacheStore store = await ConnectAsync();
        string[] keys = [.. Enumerable.Range(0, 8).Select(i => $"key:{i}")];
        foreach ((int i, string key) in keys.Index())
            await store.SetAsync(key, new byte[(6 * 1024 * 1024) + i], null, default);

        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync([.. keys, "missing"], default);

        Assert.Equal([.. Enumerable.Range(0, 8).Select(i => (int?)(6 * 1024 * 1024) + i), null], values.Select(value => value?.Length));
    }
}

public sealed class ForeignClientCoherenceConformance(SharedMongo mongo) : CoherenceConformance
{
    private readonly CoherentServers _servers = new(mongo);
    private readonly string _database = mongo.NewDatabase();
    private readonly List<ForeignClient> _clients = [];

    protected override TimeSpan Patience => _servers.Patience;

    protected override ValueTask<ICacheStore> CreateStoreAsync()
    {
        var client = new ForeignClient(_servers.Address);
        _clients.Add(client);
        return new(TestStores.Make(_servers.Address, _database, options => options.Client = client));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _clients.ForEach(client => client.Dispose());
        await _servers.DisposeAsync();
    }
}
