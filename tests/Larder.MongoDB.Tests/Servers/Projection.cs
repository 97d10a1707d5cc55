using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>What is given of a document.</summary>
internal static class Projection
{
    public static BsonDocument Apply(BsonDocument document, BsonDocument? projection, long now)
    {
        if (projection is null || projection.Count == 0)
            return document;
        bool[] kinds = [.. projection.Where(field => field.Key != "_id").Select(field => !IsExclusion(field.Value))];
        if (kinds.Distinct().Count() > 1)
            throw new ServerFailure(31254, "Location31254", "Cannot do exclusion in inclusion projection");
        bool includes = kinds.Length > 0 ? kinds[0] : !IsExclusion(projection["_id"]);
        BsonValue id = projection["_id"];
        if (!includes)
        {
            var rest = new BsonDocument();
            foreach ((string name, BsonValue value) in document)
            {
                if (!projection.Contains(name))
                    rest.Add(name, value);
            }

            return rest;
        }

        var result = new BsonDocument();
        if (id.IsMissing || !IsExclusion(id))
            result.Add("_id", document["_id"]);
        foreach ((string name, BsonValue wanted) in projection)
        {
            if (name == "_id")
                continue;
            bool isFlag = wanted.IsNumber || wanted.Type == BsonType.Boolean;
            string[] path = name.Split('.');
            BsonValue value = isFlag ? Expression.Path(document, path) : new Expression(document, now).Evaluate(wanted);
            if (!value.IsMissing)
                Put(result, path, value);
        }

        return result;
    }

    public static void Put(BsonDocument document, ReadOnlySpan<string> path, BsonValue value)
    {
        while (path.Length > 1)
        {
            if (document[path[0]].AsDocument is not { } inner)
                document[path[0]] = inner = [];
            document = inner;
            path = path[1..];
        }

        document[path[0]] = value;
    }

    private static bool IsExclusion(BsonValue value) => (value.IsNumber || value.Type == BsonType.Boolean) && !value.AsBoolean;
}
