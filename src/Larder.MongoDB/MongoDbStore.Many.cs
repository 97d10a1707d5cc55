using Larder.MongoDB;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Documents;

namespace Larder;

/// <content>Many keys at once: as few commands as can name them, all under way together.</content>
public partial class MongoDbStore
{
    private const int KeysPerCommand = 512;
    private const int CharactersPerCommand = 4 * 1024 * 1024; // Of three bytes each at most.

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (int i = 0; i < keys.Count; i++)
        {
            if (!places.TryGetValue(keys[i], out List<int>? indexes))
                places.Add(keys[i], indexes = []);
            indexes.Add(i);
        }

        var values = new ReadOnlyMemory<byte>?[keys.Count];
        List<BsonDocument>[] answers = await Task.WhenAll(Groups(places.Keys).Select(group => FindGroupAsync(group, cancellationToken))).ConfigureAwait(false);
        foreach (BsonDocument document in answers.SelectMany(static answer => answer))
        {
            if (document[Fields.Value].AsBinary is not { } value || document[Fields.Id].AsString is not { } id
                || !KeyText.TryUnescape(id, out string key) || !places.TryGetValue(key, out List<int>? indexes))
                continue;
            foreach (int index in indexes)
                values[index] = value.Bytes;
        }

        return values;
    }

    /// <inheritdoc/>
    public async ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        int[] removed = await Task.WhenAll(Groups(keys.Distinct(StringComparer.Ordinal)).Select(group => RemoveGroupAsync(group, cancellationToken))).ConfigureAwait(false);
        foreach (string key in keys)
            _waits.Signal(key);
        return removed.Sum(static count => (long)count);
    }

    // An answer holds 16 MiB. What is missing from one that was cut is asked for again: to read on with the cursor would need the
    // session that has opened it, which not every client keeps.
    private async Task<List<BsonDocument>> FindGroupAsync((string Collection, BsonArray Ids) group, CancellationToken cancellationToken)
    {
        var found = new List<BsonDocument>();
        BsonArray ids = group.Ids;
        while (true)
        {
            Batch batch = Batch.Read(await Database.RunAsync(
                new BsonDocument
                {
                    { "find", group.Collection },
                    { "filter", new BsonDocument { { Fields.Id, In(ids) }, { "$expr", Expressions.Fresh } } },
                    { "projection", new BsonDocument { { Fields.Value, 1 } } },
                    { "batchSize", ids.Count + 1 },
                },
                cancellationToken).ConfigureAwait(false));
            found.AddRange(batch.Documents);
            if (batch.Cursor == 0)
                return found;
            await Database.KillAsync(batch).ConfigureAwait(false);
            if (batch.Documents.Count == 0)
                throw new MongoDbProtocolException("The server's answer has no documents, and says that there are more.");
            HashSet<string?> seen = [.. batch.Documents.Select(static document => document[Fields.Id].AsString)];
            ids = new BsonArray(ids.Where(id => !seen.Contains(id.AsString)));
        }
    }

    // Leases and entries that have ended go first, uncounted; then the entries. In the other order, a lease could become an entry
    // between the two, and stay.
    private async Task<int> RemoveGroupAsync((string Collection, BsonArray Ids) group, CancellationToken cancellationToken)
    {
        var dead = new BsonDocument { { Fields.Id, In(group.Ids) }, { "$or", Something() }, { "$expr", Expressions.Dead } };
        await ChangeAsync(stamp => Update(group.Collection, dead, Expressions.Remove(stamp), multi: true), ChangeStamps.Removal, group.Ids.Count, cancellationToken).ConfigureAwait(false);
        var rest = new BsonDocument { { Fields.Id, In(group.Ids) }, { Fields.Value, Expressions.Exists } };
        return await ChangeAsync(stamp => Update(group.Collection, rest, Expressions.Remove(stamp), multi: true), ChangeStamps.Removal, group.Ids.Count, CancellationToken.None).ConfigureAwait(false);
    }

    // What one command may name: a command is a document as well.
    private static IEnumerable<(string Collection, BsonArray Ids)> Groups(IEnumerable<string> keys)
    {
        foreach (IGrouping<string, string> group in keys.GroupBy(StoredPartition.CollectionOf))
        {
            var ids = new BsonArray();
            int characters = 0;
            foreach (string id in group.Select(KeyText.Escape))
            {
                if (ids.Count == KeysPerCommand || (ids.Count > 0 && characters + id.Length > CharactersPerCommand))
                {
                    yield return (group.Key, ids);
                    ids = [];
                    characters = 0;
                }

                ids.Add(id);
                characters += id.Length;
            }

            yield return (group.Key, ids);
        }
    }
}
