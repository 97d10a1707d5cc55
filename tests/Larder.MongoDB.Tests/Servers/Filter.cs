using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>Whether a document is what was asked for.</summary>
internal static class Filter
{
    public static bool Matches(BsonDocument document, BsonDocument filter, long now)
    {
        foreach ((string name, BsonValue condition) in filter)
        {
            bool matches = name switch
            {
                "$and" => Conditions(name, condition).All(one => Matches(document, one, now)),
                "$or" => Conditions(name, condition).Any(one => Matches(document, one, now)),
                "$nor" => !Conditions(name, condition).Any(one => Matches(document, one, now)),
                "$expr" => Expression.IsTrue(new Expression(document, now).Evaluate(condition)),
                "$comment" => true,
                _ when name.StartsWith('$') => throw ServerFailure.BadValue($"unknown top level operator: {name}"),
                _ => MatchesField(Expression.Path(document, name.Split('.')), condition),
            };
            if (!matches)
                return false;
        }

        return true;
    }

    public static bool Uses(BsonDocument filter, string operation) => filter.Any(field =>
        field.Key == operation || (field.Value.AsArray ?? []).Any(one => one.AsDocument is { } inner && Uses(inner, operation)));

    /// <summary>What an upsert begins a document with: the fields that the filter says are equal to something.</summary>
    public static BsonDocument Equalities(BsonDocument filter)
    {
        var document = new BsonDocument();
        foreach ((string name, BsonValue condition) in filter)
        {
            if (name.StartsWith('$'))
                continue;
            if (condition.AsDocument is { } operators && Expression.IsOperator(operators))
                document.Add(name, operators["$eq"]);
            else
                document.Add(name, condition);
        }

        return document;
    }

    public static bool MatchesField(BsonValue value, BsonValue condition) =>
        condition.AsDocument is { } operators && Expression.IsOperator(operators)
            ? operators.All(one => MatchesOperator(value, one.Key, one.Value))
            : EqualsOrHolds(value, condition);

    private static bool MatchesOperator(BsonValue value, string operation, BsonValue argument) => operation switch
    {
        "$eq" => EqualsOrHolds(value, argument),
        "$ne" => !EqualsOrHolds(value, argument),
        "$gt" => IsComparable(value, argument) && BsonOrder.Instance.Compare(value, argument) > 0,
        "$gte" => IsComparable(value, argument) && BsonOrder.Instance.Compare(value, argument) >= 0,
        "$lt" => IsComparable(value, argument) && BsonOrder.Instance.Compare(value, argument) < 0,
        "$lte" => IsComparable(value, argument) && BsonOrder.Instance.Compare(value, argument) <= 0,
        "$in" => (argument.AsArray ?? throw ServerFailure.BadValue("$in needs an array")).Any(one => EqualsOrHolds(value, one)),
        "$nin" => !(argument.AsArray ?? throw ServerFailure.BadValue("$nin needs an array")).Any(one => EqualsOrHolds(value, one)),
        "$exists" => value.IsMissing != argument.AsBoolean,
        "$not" => !MatchesField(value, argument),
        _ => throw ServerFailure.BadValue($"unknown operator: {operation}"),
    };

    private static bool EqualsOrHolds(BsonValue value, BsonValue wanted) =>
        BsonOrder.Same(value, wanted)
        || (wanted.Type == BsonType.Null && value.IsNothing)
        || (value.AsArray is { } array && array.Any(element => BsonOrder.Same(element, wanted)));

    private static bool IsComparable(BsonValue value, BsonValue argument) => !value.IsMissing && BsonOrder.KindOf(value) == BsonOrder.KindOf(argument);

    private static IEnumerable<BsonDocument> Conditions(string name, BsonValue value) => value.AsArray is { Count: > 0 } array
        ? array.Select(one => one.AsDocument ?? throw ServerFailure.BadValue($"{name}'s entries need to be full objects"))
        : throw ServerFailure.BadValue($"{name} must be a nonempty array");
}
