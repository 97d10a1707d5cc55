using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Documents;

/// <summary>Some documents of an answer, and where the others are.</summary>
/// <param name="Documents">The documents.</param>
/// <param name="Cursor">The number under which the server keeps the others; 0 when there are none.</param>
/// <param name="Collection">The collection that the cursor goes over.</param>
internal readonly record struct Batch(IReadOnlyList<BsonDocument> Documents, long Cursor, string Collection)
{
    /// <exception cref="MongoDbProtocolException">The answer has no cursor.</exception>
    public static Batch Read(BsonDocument reply)
    {
        BsonValue cursor = reply["cursor"];
        BsonArray documents = cursor["firstBatch"].AsArray ?? cursor["nextBatch"].AsArray ?? throw new MongoDbProtocolException("The server's answer has no documents.");
        string name = cursor["ns"].AsString ?? "";
        return new Batch(
            [.. documents.Select(static document => document.AsDocument ?? throw new MongoDbProtocolException("What should be a document of the server's answer is none."))],
            cursor["id"].AsInt64,
            name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]);
    }
}
