using System.Runtime.CompilerServices;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Documents;

namespace Larder;

/// <content>Scans: page by page along the ids of each collection that the prefix may be in.</content>
public partial class MongoDbStore
{
    private const int ScanStep = 500;

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return ScanCoreAsync(prefix, cancellationToken);
    }

    private async IAsyncEnumerable<string> ScanCoreAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        List<BsonDocument> collections = await Database.ListAsync(
            new BsonDocument { { "listCollections", 1 }, { "filter", new BsonDocument { { "type", "collection" } } }, { "nameOnly", true }, { "authorizedCollections", true } },
            cancellationToken).ConfigureAwait(false);
        var range = KeyRange.Of(prefix);
        foreach (string collection in from one in collections let name = one["name"].AsString where name is not null && StoredPartition.MayHold(name, prefix) select name)
        {
            string? last = null;
            int count;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                Batch page = Batch.Read(await Database.RunAsync(Page(collection, range, last), cancellationToken).ConfigureAwait(false));
                count = page.Documents.Count;
                foreach (BsonDocument document in page.Documents)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    last = document[Fields.Id].AsString ?? throw new MongoDbProtocolException("The server's answer has a document without the id that was asked for.");
                    if (KeyText.TryUnescape(last, out string key) && key.StartsWith(prefix, StringComparison.Ordinal))
                        yield return key;
                }
            }
            while (count == ScanStep);
        }
    }

    private static BsonDocument Page(string collection, KeyRange range, string? last) => new()
    {
        { "find", collection },
        {
            "filter", new BsonDocument
            {
                {
                    Fields.Id, new BsonDocument
                    {
                        { last is null ? "$gte" : "$gt", last ?? range.From },
                        { "$lt", range.To is { } to ? to : default(BsonValue) },
                    }
                },
                { "$expr", Expressions.Live },
            }
        },
        { "projection", new BsonDocument { { Fields.Id, 1 } } },
        { "sort", new BsonDocument { { Fields.Id, 1 } } },
        { "limit", ScanStep },
        { "batchSize", ScanStep },
        { "singleBatch", true },
    };
}
