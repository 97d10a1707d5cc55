using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>Makes the changed document of one, by a pipeline, by operators, or by another in its place.</summary>
internal static class Updates
{
    public static bool IsReplacement(BsonValue update) => update.AsDocument is { } document && !Expression.IsOperator(document);

    public static BsonDocument Apply(BsonDocument before, BsonValue update, bool isInsert, long now)
    {
        BsonDocument after;
        if (update.AsArray is { } stages)
            after = stages.Aggregate(before, (document, stage) => Stage(document, stage.AsDocument ?? throw ServerFailure.FailedToParse("a stage is an object"), now));
        else if (IsReplacement(update))
            after = WithId(update.AsDocument!, before["_id"]);
        else
            after = Operators(before, update.AsDocument ?? throw ServerFailure.FailedToParse("Update argument must be either an object or an array"), isInsert, now);
        after = WithId(after, before["_id"]);
        if (!before["_id"].IsMissing && !BsonOrder.Same(before["_id"], after["_id"]))
            throw new ServerFailure(66, "ImmutableField", "Performing an update on the path '_id' would modify the immutable field '_id'");
        return after;
    }

    public static BsonDocument Stage(BsonDocument document, BsonDocument stage, long now)
    {
        if (stage.Count != 1)
            throw new ServerFailure(40323, "Location40323", "A pipeline stage specification object must contain exactly one field.");
        (string name, BsonValue argument) = stage.First();
        var expression = new Expression(document, now);
        switch (name)
        {
            case "$set" or "$addFields":
                var result = Copy(document);
                foreach ((string field, BsonValue value) in argument.AsDocument ?? throw new ServerFailure(40272, "Location40272", "$addFields specification stage must be an object"))
                    SetField(result, field.Split('.'), value, expression);
                return result;
            case "$unset":
                var rest = Copy(document);
                foreach (string field in argument.AsArray is { } many ? many.Select(one => one.AsString!) : [argument.AsString!])
                    rest[field] = default;
                return rest;
            case "$replaceWith":
                return expression.Evaluate(argument).AsDocument ?? throw new ServerFailure(40228, "Location40228", "'replacement document' must evaluate to an object");
            case "$project":
                return Projection.Apply(document, argument.AsDocument, now);
            default:
                throw new ServerFailure(40324, "Location40324", $"Unrecognized pipeline stage name: '{name}'");
        }
    }

    public static BsonDocument Copy(BsonDocument document)
    {
        var copy = new BsonDocument();
        foreach ((string name, BsonValue value) in document)
            copy.Add(name, value.AsDocument is { } inner ? Copy(inner) : value);
        return copy;
    }

    // An object that is no expression goes into the object that is there, field by field.
    private static void SetField(BsonDocument target, string[] path, BsonValue value, Expression expression)
    {
        if (value.AsDocument is { Count: > 0 } literal && !Expression.IsOperator(literal))
        {
            foreach ((string name, BsonValue inner) in literal)
                SetField(target, [.. path, name], inner, expression);
            return;
        }

        BsonValue computed = expression.Evaluate(value);
        if (path.Length == 1)
            target[path[0]] = computed;
        else if (!computed.IsMissing)
            Projection.Put(target, path, computed);
    }

    private static BsonDocument Operators(BsonDocument before, BsonDocument update, bool isInsert, long now)
    {
        BsonDocument after = Copy(before);
        foreach ((string operation, BsonValue fields) in update)
        {
            foreach ((string name, BsonValue argument) in fields.AsDocument ?? throw ServerFailure.FailedToParse($"Modifiers operate on fields but we found {fields.Type}"))
            {
                string[] path = name.Split('.');
                BsonValue current = Expression.Path(after, path);
                switch (operation)
                {
                    case "$set":
                        Projection.Put(after, path, argument);
                        break;
                    case "$setOnInsert":
                        if (isInsert)
                            Projection.Put(after, path, argument);
                        break;
                    case "$unset":
                        after[name] = default;
                        break;
                    case "$inc":
                        Projection.Put(after, path, current.IsMissing ? argument : current.Type == BsonType.Int32 && argument.Type == BsonType.Int32 ? (int)(current.AsInt64 + argument.AsInt64) : current.AsInt64 + argument.AsInt64);
                        break;
                    case "$max":
                        if (current.IsMissing || BsonOrder.Instance.Compare(argument, current) > 0)
                            Projection.Put(after, path, argument);
                        break;
                    case "$push":
                        Projection.Put(after, path, new BsonArray([.. current.AsArray ?? [], argument]));
                        break;
                    case "$pull":
                        if (current.AsArray is { } array)
                            Projection.Put(after, path, new BsonArray(array.Where(element => !IsPulled(element, argument, now))));
                        break;
                    default:
                        throw ServerFailure.FailedToParse($"Unknown modifier: {operation}");
                }
            }
        }

        return after;
    }

    private static bool IsPulled(BsonValue element, BsonValue condition, long now) =>
        condition.AsDocument is { } filter && !Expression.IsOperator(filter) && element.AsDocument is { } document
            ? Filter.Matches(document, filter, now)
            : Filter.MatchesField(element, condition);

    private static BsonDocument WithId(BsonDocument document, BsonValue id)
    {
        if (document.Contains("_id") || id.IsMissing)
            return document;
        var result = new BsonDocument { { "_id", id } };
        foreach ((string name, BsonValue value) in document)
            result.Add(name, value);
        return result;
    }
}
