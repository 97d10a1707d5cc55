using Larder.MongoDB;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Documents;
using Larder.Stores;

namespace Larder;

/// <content>Epochs.</content>
/// <remarks>
/// <para>One document has the counter and the epochs that were bumped last; a bump is one atomic change of it. When there are
/// more than <see cref="MostRecent"/>, they are filed: each gets a document of its own, and then leaves the list. So no document
/// grows without end, however many tags are cleared.</para>
/// <para>All are read in one command in the order of their ids, the counter's document first: what is not in its list any more
/// was filed before, and is found in a document read later. An epoch beyond the counter was filed in between; then all are read
/// again, so that they are of one instant.</para>
/// </remarks>
public partial class MongoDbStore
{
    private const int MostRecent = 64;
    private const int Root = 0; // Numbers come before texts, and names are texts.

    private int _filing;

    /// <inheritdoc/>
    public async ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        var ids = new BsonArray { Root };
        foreach (string name in names.Distinct(StringComparer.Ordinal))
            ids.Add(KeyText.Escape(name));
        while (true)
        {
            List<BsonDocument> documents = await Database.ListAsync(
                new BsonDocument
                {
                    { "find", StoredPartition.Epochs },
                    { "filter", new BsonDocument { { Fields.Id, In(ids) } } },
                    { "sort", new BsonDocument { { Fields.Id, 1 } } },
                    { "batchSize", ids.Count + 1 },
                },
                cancellationToken).ConfigureAwait(false);
            if (documents.Count == 0 || documents[0][Fields.Id].Type == BsonType.String)
                await BeginEpochsAsync(cancellationToken).ConfigureAwait(false);
            else if (TryRead(documents, names, out StoreEpochs epochs))
                return epochs;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        BsonDocument? bumped = null;
        await ChangeAsync(
            stamp => new BsonDocument
            {
                { "findAndModify", StoredPartition.Epochs },
                { "query", new BsonDocument { { Fields.Id, Root } } },
                { "update", Expressions.Bump(KeyText.Escape(name), stamp) },
                { "upsert", true },
                { "new", true },
                { "fields", new BsonDocument { { Fields.Counter, 1 }, { "size", new BsonDocument { { "$size", "$recent" } } } } },
            },
            ChangeStamps.Change,
            most: 1,
            cancellationToken,
            reply =>
            {
                bumped = reply["value"].AsDocument;
                return 1;
            }).ConfigureAwait(false);
        if (bumped is null)
            throw new MongoDbProtocolException("The server's answer lacks the document that was changed.");
        if (bumped["size"].AsInt64 > MostRecent && Interlocked.Exchange(ref _filing, 1) == 0)
            _ = FileEpochsAsync();
        return bumped[Fields.Counter].AsInt64;
    }

    private async ValueTask BeginEpochsAsync(CancellationToken cancellationToken)
    {
        BsonDocument update = Update(StoredPartition.Epochs, new BsonDocument { { Fields.Id, Root } }, [Expressions.BeginEpochs()], upsert: true);
        await Database.RunAsync(update, cancellationToken).ConfigureAwait(false);
    }

    private static bool TryRead(List<BsonDocument> documents, IReadOnlyList<string> names, out StoreEpochs epochs)
    {
        long counter = documents[0][Fields.Counter].AsInt64;
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (BsonDocument document in documents.Skip(1))
            found[document[Fields.Id].AsString ?? ""] = document[Fields.Epoch].AsInt64;
        foreach (BsonValue recent in documents[0][Fields.Recent].AsArray ?? [])
        {
            string name = recent[Fields.Name].AsString ?? "";
            found[name] = Math.Max(found.GetValueOrDefault(name), recent[Fields.Epoch].AsInt64);
        }

        long[] all = [.. names.Select(name => found.GetValueOrDefault(KeyText.Escape(name)))];
        epochs = new StoreEpochs(counter, all);
        return all.Length == 0 || all.Max() <= counter;
    }

    // Nobody waits for it, and it may be done twice: an epoch that was filed only grows.
    private async Task FileEpochsAsync()
    {
        try
        {
            Batch batch = Batch.Read(await Database.RunAsync(
                new BsonDocument { { "find", StoredPartition.Epochs }, { "filter", new BsonDocument { { Fields.Id, Root } } }, { "limit", 1 }, { "singleBatch", true } },
                CancellationToken.None).ConfigureAwait(false));
            BsonArray recent = batch.Documents.Count > 0 ? batch.Documents[0][Fields.Recent].AsArray ?? [] : [];
            if (recent.Count == 0)
                return;
            var updates = new BsonArray();
            long last = 0;
            foreach (BsonValue one in recent)
            {
                last = Math.Max(last, one[Fields.Epoch].AsInt64);
                updates.Add(new BsonDocument
                {
                    { "q", new BsonDocument { { Fields.Id, one[Fields.Name] } } },
                    { "u", new BsonDocument { { "$max", new BsonDocument { { Fields.Epoch, one[Fields.Epoch] } } } } },
                    { "upsert", true },
                });
            }

            await Database.RunAsync(new BsonDocument { { "update", StoredPartition.Epochs }, { "updates", updates } }, CancellationToken.None).ConfigureAwait(false);
            var filed = new BsonDocument { { "$pull", new BsonDocument { { Fields.Recent, new BsonDocument { { Fields.Epoch, new BsonDocument { { "$lte", last } } } } } } } };
            await Database.RunAsync(
                new BsonDocument { { "update", StoredPartition.Epochs }, { "updates", new BsonArray { new BsonDocument { { "q", new BsonDocument { { Fields.Id, Root } } }, { "u", filed } } } } },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is MongoDbException or ObjectDisposedException or OperationCanceledException)
        {
            Telemetry.EpochsNotFiled(error);
        }
        finally
        {
            Volatile.Write(ref _filing, 0);
        }
    }
}
