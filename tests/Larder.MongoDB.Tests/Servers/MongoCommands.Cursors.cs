using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <content>Cursors and change streams.</content>
internal sealed partial class MongoCommands
{
    private BsonDocument Aggregate(string database, BsonDocument command)
    {
        BsonDocument[] stages = [.. (command["pipeline"].AsArray ?? throw ServerFailure.FailedToParse("'pipeline' option must be specified as an array")).Select(stage => stage.AsDocument!)];
        if (command["cursor"].AsDocument is null)
            throw ServerFailure.FailedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
        string? collection = command.First().Value.AsString;
        if (stages is [var first, ..] && first["$changeStream"].AsDocument is { } options)
            return Watch(database, collection, options, stages[1..]);
        if (collection is null)
            throw new ServerFailure(73, "InvalidNamespace", "{aggregate: 1} is not valid for this pipeline");
        long now = data.Now;
        IEnumerable<BsonDocument> documents = Candidates(database, collection, [], now);
        foreach (BsonDocument stage in stages)
        {
            documents = stage.First() is { Key: "$match" } match
                ? documents.Where(document => Filter.Matches(document, match.Value.AsDocument!, now)).ToArray()
                : documents.Select(document => Updates.Stage(document, stage, now)).ToArray();
        }

        int batch = command["cursor"]["batchSize"] is { IsMissing: false } size ? (int)size.AsInt64 : 101;
        return Cursor($"{database}.{collection}", [.. documents], batch, single: false);
    }

    private BsonDocument Watch(string database, string? collection, BsonDocument options, BsonDocument[] stages)
    {
        if (role.SetName is null)
            throw new ServerFailure(40573, "Location40573", "The $changeStream stage is only supported on replica sets");
        Only("$changeStream", options, "fullDocument", "resumeAfter");
        int from = options["resumeAfter"] is { IsMissing: false } token ? ChangeLog.After(token) : data.Log.Count;
        var cursor = new ServerCursor($"{database}.{collection ?? "$cmd.aggregate"}", []) { Next = from, Database = database, Collection = collection, Stages = stages };
        _cursors.Add(++_lastCursor, cursor);
        return Reply(cursor, "firstBatch", _lastCursor, Changes(cursor));
    }

    private BsonDocument Cursor(string ns, IEnumerable<BsonDocument> documents, int batch, bool single)
    {
        var cursor = new ServerCursor(ns, new Queue<BsonDocument>(documents));
        List<BsonDocument> first = cursor.Take(batch);
        long id = 0;
        if (!single && cursor.Rest.Count > 0)
            _cursors.Add(id = ++_lastCursor, cursor);
        return Reply(cursor, "firstBatch", id, first);
    }

    private async Task<BsonDocument> GetMoreAsync(BsonDocument command, CancellationToken cancellationToken)
    {
        long id = command.First().Value.AsInt64;
        long began = Environment.TickCount64;
        while (true)
        {
            Task more;
            lock (data.Gate)
            {
                Counts["getMore"] = Counts.GetValueOrDefault("getMore") + 1;
                if (!_cursors.TryGetValue(id, out ServerCursor? cursor))
                    throw new ServerFailure(43, "CursorNotFound", $"cursor id {id} not found");
                if (cursor.Name[(cursor.Name.IndexOf('.', StringComparison.Ordinal) + 1)..] != command["collection"].AsString)
                    throw new ServerFailure(13, "Unauthorized", "the cursor is of another collection");
                if (cursor.Stages is null)
                {
                    if (command.Contains("maxTimeMS"))
                        throw ServerFailure.BadValue("cannot set maxTimeMS on getMore command for a non-awaitData cursor");
                    List<BsonDocument> next = cursor.Take(command.Contains("batchSize") ? (int)command["batchSize"].AsInt64 : int.MaxValue);
                    if (cursor.Rest.Count == 0)
                        _cursors.Remove(id);
                    return Reply(cursor, "nextBatch", cursor.Rest.Count == 0 ? 0 : id, next);
                }

                List<BsonDocument> changes = Changes(cursor);
                long wait = command.Contains("maxTimeMS") ? command["maxTimeMS"].AsInt64 : 1000;
                if (changes.Count > 0 || Environment.TickCount64 - began >= wait)
                    return Reply(cursor, "nextBatch", id, changes);
                more = data.Log.More;
            }

            await Task.WhenAny(more, Task.Delay(20, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private List<BsonDocument> Changes(ServerCursor cursor)
    {
        var changes = new List<BsonDocument>();
        for (; cursor.Next < data.Log.Count; cursor.Next++)
        {
            BsonDocument change = data.Log[cursor.Next];
            if (change["ns"]["db"].AsString != cursor.Database || (cursor.Collection is not null && change["ns"]["coll"].AsString != cursor.Collection))
                continue;
            changes.Add(cursor.Stages!.Aggregate(change, (document, stage) => Updates.Stage(document, stage, data.Now)));
        }

        return changes;
    }

    // A stream tells also how far it has come.
    private BsonDocument Reply(ServerCursor cursor, string name, long id, List<BsonDocument> documents)
    {
        var reply = new BsonDocument { { name, new BsonArray(documents.Select(document => (BsonValue)document)) } };
        if (cursor.Stages is not null)
            reply.Add("postBatchResumeToken", ChangeLog.Token(Math.Max(0, cursor.Next - 1)));
        reply.Add("id", id);
        reply.Add("ns", cursor.Name);
        return new BsonDocument { { "cursor", reply }, { "ok", 1.0 } };
    }
}

/// <summary>What is left to be given of an answer.</summary>
internal sealed class ServerCursor(string name, Queue<BsonDocument> rest)
{
    // As a server, which fills its messages and no more.
    private const int MaxBatchBytes = 16 * 1024 * 1024;

    public string Name => name;

    public Queue<BsonDocument> Rest => rest;

    public int Next { get; set; }

    public string? Database { get; init; }

    public string? Collection { get; init; }

    /// <summary>Of a change stream: what is done with each change.</summary>
    public BsonDocument[]? Stages { get; init; }

    public List<BsonDocument> Take(int count)
    {
        var taken = new List<BsonDocument>();
        int bytes = 0;
        while (taken.Count < count && rest.TryPeek(out BsonDocument? next) && (taken.Count == 0 || (bytes += BsonWriter.LengthOf(next)) < MaxBatchBytes))
            taken.Add(rest.Dequeue());
        return taken;
    }
}
