using System.Collections.Concurrent;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Diagnostics;

namespace Larder.MongoDB.Documents;

/// <summary>Makes the TTL index of each collection, once, before the first write to it.</summary>
/// <remarks>Nothing that is read depends on it: without, what has ended is not served but takes space. So a server that refuses it is told of and not asked again.</remarks>
internal sealed class CollectionIndexes(MongoDatabase database, MongoTelemetry telemetry)
{
    private readonly ConcurrentDictionary<string, Task> _made = new(StringComparer.Ordinal);

    public ValueTask EnsureAsync(string collection, CancellationToken cancellationToken)
    {
        Task made = _made.GetOrAdd(collection, static (name, self) => self.MakeAsync(name), this);
        if (made.IsFaulted && _made.TryRemove(new KeyValuePair<string, Task>(collection, made)))
            made = _made.GetOrAdd(collection, static (name, self) => self.MakeAsync(name), this);
        return made.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(made.WaitAsync(cancellationToken));
    }

    /// <summary>Makes them again when they are needed: collections were dropped.</summary>
    public void Forget() => _made.Clear();

    private async Task MakeAsync(string collection)
    {
        try
        {
            await database.RunAsync(
                new BsonDocument
                {
                    { "createIndexes", collection },
                    {
                        "indexes", new BsonArray
                        {
                            new BsonDocument { { "key", new BsonDocument { { Fields.ExpireAt, 1 } } }, { "name", "larder_ttl" }, { "expireAfterSeconds", 0 } },
                        }
                    },
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (MongoDbServerException refused)
        {
            telemetry.NoIndex(collection, refused);
        }
    }
}
