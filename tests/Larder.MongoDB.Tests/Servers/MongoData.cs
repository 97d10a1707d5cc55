using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>What the members of a replica set have in common, or a server that stands alone has: documents, sessions, the log of changes.</summary>
internal sealed class MongoData : IDisposable
{
    private const int MaxDocumentBytes = 16 * 1024 * 1024;

    private readonly Dictionary<(string Database, string Collection), MongoCollection> _collections = [];
    private readonly Timer _timer;

    /// <param name="ttlInterval">How often documents that have ended are deleted. A server does it once a minute.</param>
    public MongoData(TimeSpan? ttlInterval = null)
    {
        TimeSpan interval = ttlInterval ?? TimeSpan.FromMilliseconds(100);
        _timer = new Timer(static data => ((MongoData)data!).DeleteEnded(), this, interval, interval);
    }

    public Lock Gate { get; } = new(); // Protects everything in here.

    public ChangeLog Log { get; } = new();

    /// <summary>The last write of each session, and what it was answered.</summary>
    public Dictionary<string, (long Number, BsonDocument Reply)> Sessions { get; } = [];

    /// <summary>How much the server's clock is ahead of the client's.</summary>
    public TimeSpan ClockOffset { get; set; }

    public long Now => (DateTimeOffset.UtcNow + ClockOffset).ToUnixTimeMilliseconds();

    public MongoCollection? Find(string database, string collection) => _collections.GetValueOrDefault((database, collection));

    public MongoCollection FindOrMake(string database, string collection)
    {
        if (collection.Length == 0 || collection.Contains('$', StringComparison.Ordinal) || collection.Contains('\0', StringComparison.Ordinal) || collection.StartsWith('.') || collection.StartsWith("system.", StringComparison.Ordinal)
            || System.Text.Encoding.UTF8.GetByteCount(database) + 1 + System.Text.Encoding.UTF8.GetByteCount(collection) > 255)
            throw new ServerFailure(73, "InvalidNamespace", $"Invalid namespace specified '{database}.{collection}'");
        if (!_collections.TryGetValue((database, collection), out MongoCollection? found))
            _collections.Add((database, collection), found = new MongoCollection());
        return found;
    }

    public IEnumerable<string> Collections(string database) => _collections.Keys.Where(name => name.Database == database).Select(name => name.Collection);

    public void Insert(string database, string collection, BsonDocument document)
    {
        Check(document);
        if (!FindOrMake(database, collection).Documents.TryAdd(document["_id"], document))
            throw new ServerFailure(11000, "DuplicateKey", $"E11000 duplicate key error collection: {database}.{collection} index: _id_ dup key");
        Log.Add("insert", database, collection, document["_id"], null, document);
    }

    /// <summary>Puts a document in another's place.</summary>
    /// <returns>Whether they differ.</returns>
    public bool Replace(string database, string collection, BsonDocument before, BsonDocument after, bool isReplacement)
    {
        Check(after);
        if (BsonOrder.Same(before, after))
            return false;
        Find(database, collection)!.Documents[before["_id"]] = after;
        Log.Add(isReplacement ? "replace" : "update", database, collection, after["_id"], before, after);
        return true;
    }

    public void Delete(string database, string collection, BsonValue id)
    {
        if (Find(database, collection)?.Documents.Remove(id) == true)
            Log.Add("delete", database, collection, id, null, null);
    }

    public bool Drop(string database, string collection)
    {
        if (!_collections.Remove((database, collection)))
            return false;
        Log.Add("drop", database, collection, default, null, null);
        return true;
    }

    public void DropDatabase(string database)
    {
        foreach (string collection in Collections(database).ToArray())
            Drop(database, collection);
        Log.Add("dropDatabase", database, null, default, null, null);
    }

    public void Dispose() => _timer.Dispose();

    private static void Check(BsonDocument document)
    {
        if (BsonWriter.LengthOf(document) > MaxDocumentBytes)
            throw new ServerFailure(10334, "BSONObjectTooLarge", $"BSONObj size: {BsonWriter.LengthOf(document)} is invalid. Size must be between 0 and {MaxDocumentBytes}");
    }

    private void DeleteEnded()
    {
        lock (Gate)
        {
            long now = Now;
            foreach (((string database, string name), MongoCollection collection) in _collections)
            {
                foreach (BsonDocument index in collection.Indexes.Where(index => index.Contains("expireAfterSeconds")))
                {
                    string field = index["key"].AsDocument!.First().Key;
                    long limit = now - (index["expireAfterSeconds"].AsInt64 * 1000);
                    foreach (BsonDocument document in collection.Documents.Values.Where(document => document[field].Type == BsonType.DateTime && document[field].Bits <= limit).ToArray())
                        Delete(database, name, document["_id"]);
                }
            }
        }
    }
}

/// <summary>The documents of a collection, and its indexes.</summary>
internal sealed class MongoCollection
{
    public SortedDictionary<BsonValue, BsonDocument> Documents { get; } = new(BsonOrder.Instance);

    public List<BsonDocument> Indexes { get; } = [];
}
