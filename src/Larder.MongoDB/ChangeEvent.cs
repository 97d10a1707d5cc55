using Larder.MongoDB.Bson;
using Larder.MongoDB.Documents;

namespace Larder.MongoDB;

/// <summary>One change, as a change stream tells of it.</summary>
/// <param name="Operation">What was done: <c>insert</c>, <c>update</c>, <c>delete</c>, <c>drop</c> …</param>
/// <param name="Collection">The collection.</param>
/// <param name="Id">The document.</param>
/// <param name="Stamp">The stamp of the change; <see langword="null"/> when it has none and is nobody's of Larder.</param>
/// <param name="Bumped">The stamp and the name of an epoch that was bumped, with a blank in between.</param>
internal readonly record struct ChangeEvent(string Operation, string Collection, BsonValue Id, string? Stamp, string? Bumped)
{
    /// <summary>What is asked of the server: changes without what was changed, which may be large.</summary>
    public static BsonArray Pipeline() =>
    [
        new BsonDocument { { "$changeStream", new BsonDocument() } },
        new BsonDocument
        {
            {
                "$project", new BsonDocument
                {
                    { "operationType", 1 },
                    { "ns", 1 },
                    { "documentKey", 1 },
                    { "stamp", Changed(Fields.ChangedBy) },
                    { "bumped", Changed(Fields.Bumped) },
                }
            },
        },
    ];

    public static ChangeEvent Read(BsonDocument document) => new(
        document["operationType"].AsString ?? "",
        document["ns"]["coll"].AsString ?? "",
        document["documentKey"][Fields.Id],
        document["stamp"].AsString,
        document["bumped"].AsString);

    private static BsonDocument Changed(string field) => new() { { "$ifNull", new BsonArray { $"$updateDescription.updatedFields.{field}", $"$fullDocument.{field}" } } };
}
