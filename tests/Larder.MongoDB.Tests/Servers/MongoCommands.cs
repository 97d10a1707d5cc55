using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>What the server does with a command. A field or an operator that it does not know is an error, as on a real one.</summary>
internal sealed partial class MongoCommands(MongoData data, MongoServerRole role)
{
    private static readonly string[] Everywhere =
        ["$db", "lsid", "txnNumber", "$clusterTime", "$readPreference", "maxTimeMS", "comment", "apiVersion"];

    private static readonly Dictionary<string, string[]> Known = new()
    {
        ["find"] = ["filter", "projection", "sort", "limit", "skip", "batchSize", "singleBatch", "hint", "readConcern"],
        ["aggregate"] = ["pipeline", "cursor", "readConcern", "writeConcern", "allowDiskUse", "hint"],
        ["getMore"] = ["collection", "batchSize"],
        ["killCursors"] = ["cursors"],
        ["insert"] = ["documents", "ordered", "writeConcern", "bypassDocumentValidation"],
        ["update"] = ["updates", "ordered", "writeConcern", "bypassDocumentValidation"],
        ["delete"] = ["deletes", "ordered", "writeConcern"],
        ["findAndModify"] = ["query", "update", "remove", "fields", "new", "upsert", "sort", "writeConcern", "bypassDocumentValidation"],
        ["createIndexes"] = ["indexes", "writeConcern", "commitQuorum"],
        ["listIndexes"] = ["cursor"],
        ["create"] = ["writeConcern"],
        ["drop"] = ["writeConcern"],
        ["dropDatabase"] = ["writeConcern"],
        ["listCollections"] = ["filter", "nameOnly", "authorizedCollections", "cursor"],
        ["ping"] = [],
        ["buildInfo"] = [],
        ["buildinfo"] = [],
        ["endSessions"] = [],
    };

    private static readonly string[] Writes = ["insert", "update", "delete", "findAndModify", "createIndexes", "create", "drop", "dropDatabase"];
    private static readonly string[] Reads = ["find", "aggregate", "listCollections", "listIndexes"];

    private readonly Dictionary<long, ServerCursor> _cursors = [];
    private long _lastCursor;

    /// <summary>How many of each command have come.</summary>
    public Dictionary<string, int> Counts { get; } = [];

    public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellationToken)
    {
        string name = command.First().Key;
        if (!Known.TryGetValue(name, out string[]? known))
            throw new ServerFailure(59, "CommandNotFound", $"no such command: '{name}'");
        foreach ((string field, _) in command.Skip(1))
        {
            if (!known.Contains(field) && !Everywhere.Contains(field))
                throw ServerFailure.UnknownField(name, field);
        }

        if (command["$db"].AsString is null)
            throw new ServerFailure(40571, "Location40571", "OP_MSG requests require a $db argument");
        if (name == "getMore")
            return await GetMoreAsync(command, cancellationToken);
        lock (data.Gate)
        {
            Counts[name] = Counts.GetValueOrDefault(name) + 1;
            bool isWrite = Writes.Contains(name);
            if (!role.IsWritable && (isWrite || Reads.Contains(name)))
                throw isWrite ? new ServerFailure(10107, "NotWritablePrimary", "not primary") : new ServerFailure(13435, "NotPrimaryNoSecondaryOk", "not primary and secondaryOk=false");
            return command.Contains("txnNumber") ? Once(name, command) : Run(name, command);
        }
    }

    public void KillCursors()
    {
        lock (data.Gate)
            _cursors.Clear();
    }

    // A write that comes again under its number is answered as it was.
    private BsonDocument Once(string name, BsonDocument command)
    {
        if (role.SetName is null)
            throw new ServerFailure(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
        if (name is not ("insert" or "update" or "delete" or "findAndModify"))
            throw new ServerFailure(72, "InvalidOptions", $"txnNumber may not be given with {name}");
        if ((command["updates"].AsArray ?? []).Any(one => one["multi"].AsBoolean) || (command["deletes"].AsArray ?? []).Any(one => one["limit"].AsInt64 == 0))
            throw new ServerFailure(72, "InvalidOptions", "Cannot use (or request) retryable writes with multi=true");
        string session = Convert.ToHexString((command["lsid"]["id"].AsBinary ?? throw new ServerFailure(72, "InvalidOptions", "Transaction number requires a session ID")).Bytes.Span);
        long number = command["txnNumber"].Type == BsonType.Int64 ? command["txnNumber"].AsInt64 : throw new ServerFailure(14, "TypeMismatch", "txnNumber must be a long");
        if (data.Sessions.TryGetValue(session, out (long Number, BsonDocument Reply) last))
        {
            if (last.Number == number)
                return last.Reply;
            if (last.Number > number)
                throw new ServerFailure(225, "TransactionTooOld", "Cannot start a transaction with an older number");
        }

        BsonDocument reply = Run(name, command);
        data.Sessions[session] = (number, reply);
        return reply;
    }

    private BsonDocument Run(string name, BsonDocument command)
    {
        string database = command["$db"].AsString!;
        string collection = command.First().Value.AsString ?? "";
        switch (name)
        {
            case "find":
                return Find(database, collection, command);
            case "aggregate":
                return Aggregate(database, command);
            case "killCursors":
                foreach (BsonValue id in command["cursors"].AsArray!)
                    _cursors.Remove(id.AsInt64);
                return Ok();
            case "insert":
                return Insert(database, collection, command);
            case "update":
                return Update(database, collection, command);
            case "delete":
                return Delete(database, collection, command);
            case "findAndModify":
                return FindAndModify(database, collection, command);
            case "createIndexes":
                return CreateIndexes(database, collection, command);
            case "listIndexes":
                return Cursor($"{database}.{collection}", data.Find(database, collection)?.Indexes ?? throw new ServerFailure(26, "NamespaceNotFound", "ns does not exist"), int.MaxValue, single: true);
            case "create":
                if (data.Find(database, collection) is not null)
                    throw new ServerFailure(48, "NamespaceExists", "Collection already exists");
                data.FindOrMake(database, collection);
                return Ok();
            case "drop":
                return data.Drop(database, collection) ? Ok() : throw new ServerFailure(26, "NamespaceNotFound", "ns not found");
            case "dropDatabase":
                data.DropDatabase(database);
                return Ok();
            case "listCollections":
                List<BsonDocument> collections = [.. data.Collections(database)
                    .Select(one => new BsonDocument { { "name", one }, { "type", "collection" } })
                    .Where(one => Filter.Matches(one, command["filter"].AsDocument ?? [], data.Now))];
                return Cursor($"{database}.$cmd.listCollections", collections, int.MaxValue, single: true);
            case "buildInfo" or "buildinfo":
                return new BsonDocument { { "version", "6.0.0" }, { "versionArray", new BsonArray { 6, 0, 0, 0 } }, { "ok", 1.0 } };
            default:
                return Ok();
        }
    }

    private BsonDocument Find(string database, string collection, BsonDocument command)
    {
        long now = data.Now;
        IEnumerable<BsonDocument> found = Candidates(database, collection, command["filter"].AsDocument ?? [], now);
        if (command["sort"].AsDocument is { Count: > 0 } sort)
        {
            (string field, BsonValue direction) = sort.First();
            found = direction.AsInt64 > 0 ? found.OrderBy(one => one[field], BsonOrder.Instance) : found.OrderByDescending(one => one[field], BsonOrder.Instance);
        }

        found = found.Skip((int)command["skip"].AsInt64);
        if (command["limit"].AsInt64 is > 0 and long limit)
            found = found.Take((int)limit);
        List<BsonDocument> documents = [.. found.Select(one => Projection.Apply(one, command["projection"].AsDocument, now))];
        int batch = command.Contains("batchSize") ? (int)command["batchSize"].AsInt64 : 101;
        return Cursor($"{database}.{collection}", documents, batch, command["singleBatch"].AsBoolean);
    }

    private BsonDocument[] Candidates(string database, string collection, BsonDocument filter, long now)
    {
        if (data.Find(database, collection) is not { } found)
            return [];
        // By the id, if that is asked for: a suite that looks at thousands of documents for each command would be slow.
        BsonValue id = filter["_id"];
        IEnumerable<BsonDocument> candidates = found.Documents.Values;
        if (id["$in"].AsArray is { } many)
            candidates = many.Select(one => found.Documents.GetValueOrDefault(one)).OfType<BsonDocument>().Distinct();
        else if (!id.IsMissing && id.AsDocument is null)
            candidates = found.Documents.TryGetValue(id, out BsonDocument? one) ? [one] : [];
        else if (filter.Count == 0 || !filter.Contains("_id"))
            candidates = [.. candidates];
        return candidates.Where(document => Filter.Matches(document, filter, now)).ToArray();
    }

    private BsonDocument Insert(string database, string collection, BsonDocument command)
    {
        var errors = new BsonArray();
        int n = 0;
        foreach ((int index, BsonValue value) in command["documents"].AsArray!.Index())
        {
            BsonDocument document = value.AsDocument!;
            if (!document.Contains("_id"))
                throw ServerFailure.BadValue("the client gives ids");
            try
            {
                data.Insert(database, collection, document);
                n++;
            }
            catch (ServerFailure failure)
            {
                errors.Add(Error(index, failure));
                break;
            }
        }

        return WriteReply(new BsonDocument { { "n", n } }, errors);
    }

    private BsonDocument Update(string database, string collection, BsonDocument command)
    {
        var errors = new BsonArray();
        var upserted = new BsonArray();
        int n = 0;
        int modified = 0;
        foreach ((int index, BsonValue value) in command["updates"].AsArray!.Index())
        {
            BsonDocument statement = value.AsDocument!;
            Only("update.updates", statement, "q", "u", "upsert", "multi", "collation", "arrayFilters", "hint");
            try
            {
                (int matched, int changed, BsonValue id) = Change(database, collection, statement["q"].AsDocument!, statement["u"], statement["upsert"].AsBoolean, statement["multi"].AsBoolean);
                n += matched;
                modified += changed;
                if (!id.IsMissing)
                    upserted.Add(new BsonDocument { { "index", index }, { "_id", id } });
            }
            catch (ServerFailure failure)
            {
                errors.Add(Error(index, failure));
                break;
            }
        }

        var reply = new BsonDocument { { "n", n }, { "nModified", modified } };
        if (upserted.Count > 0)
            reply.Add("upserted", upserted);
        return WriteReply(reply, errors);
    }

    private (int Matched, int Changed, BsonValue Upserted) Change(string database, string collection, BsonDocument query, BsonValue update, bool upsert, bool multi)
    {
        long now = data.Now;
        if (upsert && Filter.Uses(query, "$expr"))
            throw new ServerFailure(224, "QueryFeatureNotAllowed", "$expr is not allowed in the query predicate for an upsert");
        if (multi && Updates.IsReplacement(update))
            throw ServerFailure.FailedToParse("multi update is not supported for replacement-style update");
        BsonDocument[] found = [.. Candidates(database, collection, query, now)];
        if (found.Length == 0 && upsert)
        {
            BsonDocument made = Updates.Apply(Filter.Equalities(query), update, isInsert: true, now);
            data.Insert(database, collection, made);
            return (1, 0, made["_id"]);
        }

        int changed = 0;
        BsonDocument[] chosen = multi ? found : [.. found.Take(1)];
        foreach (BsonDocument before in chosen)
        {
            if (data.Replace(database, collection, before, Updates.Apply(before, update, isInsert: false, now), Updates.IsReplacement(update)))
                changed++;
        }

        return (chosen.Length, changed, default);
    }

    private BsonDocument Delete(string database, string collection, BsonDocument command)
    {
        int n = 0;
        foreach (BsonValue value in command["deletes"].AsArray!)
        {
            BsonDocument statement = value.AsDocument!;
            Only("delete.deletes", statement, "q", "limit", "collation", "hint");
            IEnumerable<BsonDocument> found = Candidates(database, collection, statement["q"].AsDocument!, data.Now);
            foreach (BsonDocument document in statement["limit"].AsInt64 == 0 ? found : found.Take(1))
            {
                data.Delete(database, collection, document["_id"]);
                n++;
            }
        }

        return WriteReply(new BsonDocument { { "n", n } }, []);
    }

    private BsonDocument FindAndModify(string database, string collection, BsonDocument command)
    {
        long now = data.Now;
        bool upsert = command["upsert"].AsBoolean;
        BsonDocument query = command["query"].AsDocument ?? [];
        if (upsert && Filter.Uses(query, "$expr"))
            throw new ServerFailure(224, "QueryFeatureNotAllowed", "$expr is not allowed in the query predicate for an upsert");
        BsonDocument? before = Candidates(database, collection, query, now).FirstOrDefault();
        BsonDocument? after = null;
        BsonValue upserted = default;
        if (command["remove"].AsBoolean)
        {
            if (command.Contains("update") || command["new"].AsBoolean || upsert)
                throw ServerFailure.FailedToParse("Cannot specify both an update and remove=true");
            if (before is not null)
                data.Delete(database, collection, before["_id"]);
        }
        else if (before is not null)
        {
            after = Updates.Apply(before, command["update"], isInsert: false, now);
            data.Replace(database, collection, before, after, Updates.IsReplacement(command["update"]));
        }
        else if (upsert)
        {
            after = Updates.Apply(Filter.Equalities(query), command["update"], isInsert: true, now);
            data.Insert(database, collection, after);
            upserted = after["_id"];
        }

        BsonDocument? shown = command["new"].AsBoolean ? after : before;
        var outcome = new BsonDocument { { "n", before is not null || after is not null ? 1 : 0 }, { "updatedExisting", before is not null && after is not null }, { "upserted", upserted } };
        return new BsonDocument
        {
            { "lastErrorObject", outcome },
            { "value", shown is null ? BsonValue.Null : Projection.Apply(shown, command["fields"].AsDocument, now) },
            { "ok", 1.0 },
        };
    }

    private BsonDocument CreateIndexes(string database, string collection, BsonDocument command)
    {
        MongoCollection target = data.FindOrMake(database, collection);
        int before = target.Indexes.Count;
        foreach (BsonValue value in command["indexes"].AsArray!)
        {
            BsonDocument index = value.AsDocument!;
            Only("createIndexes.indexes", index, "key", "name", "expireAfterSeconds", "unique", "sparse", "v", "background");
            BsonDocument? same = target.Indexes.Find(one => BsonOrder.Same(one["key"], index["key"]));
            if (same is null)
                target.Indexes.Add(index);
            else if (!BsonOrder.Same(same["expireAfterSeconds"], index["expireAfterSeconds"]) || same["name"].AsString != index["name"].AsString)
                throw new ServerFailure(85, "IndexOptionsConflict", "An equivalent index already exists with different options");
        }

        return new BsonDocument { { "numIndexesBefore", before + 1 }, { "numIndexesAfter", target.Indexes.Count + 1 }, { "ok", 1.0 } };
    }

    private static void Only(string where, BsonDocument document, params ReadOnlySpan<string> known)
    {
        foreach ((string field, _) in document)
        {
            if (!known.Contains(field))
                throw ServerFailure.UnknownField(where, field);
        }
    }

    private static BsonDocument Ok() => new() { { "ok", 1.0 } };

    private static BsonDocument Error(int index, ServerFailure failure) => new() { { "index", index }, { "code", failure.Code }, { "errmsg", failure.Message } };

    private static BsonDocument WriteReply(BsonDocument reply, BsonArray errors)
    {
        if (errors.Count > 0)
            reply.Add("writeErrors", errors);
        reply.Add("ok", 1.0);
        return reply;
    }
}
