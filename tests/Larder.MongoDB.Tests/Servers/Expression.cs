using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>Computes aggregation expressions. What it does not know is an error, as it would be on a server that did not.</summary>
internal sealed class Expression(BsonDocument root, long now)
{
    public BsonValue Evaluate(BsonValue expression) => expression.Type switch
    {
        BsonType.String => Text(expression.AsString!),
        BsonType.Document => Document(expression.AsDocument!),
        BsonType.Array => new BsonArray(expression.AsArray!.Select(element => Evaluate(element) is { IsMissing: false } value ? value : BsonValue.Null)),
        _ => expression,
    };

    public static bool IsTrue(BsonValue value) => value.Type switch
    {
        BsonType.Missing or BsonType.Null or BsonType.Undefined => false,
        BsonType.Boolean or BsonType.Int32 or BsonType.Int64 or BsonType.Double => value.AsBoolean,
        _ => true,
    };

    public static bool IsOperator(BsonDocument document) => document.Count > 0 && document.First().Key.StartsWith('$');

    private BsonValue Text(string text)
    {
        if (!text.StartsWith('$'))
            return text;
        if (!text.StartsWith("$$", StringComparison.Ordinal))
            return Path(root, text[1..].Split('.'));
        string[] parts = text[2..].Split('.');
        BsonValue variable = parts[0] switch
        {
            "NOW" => BsonValue.DateTime(now),
            "ROOT" or "CURRENT" => root,
            "REMOVE" => default,
            _ => throw new ServerFailure(17276, "Location17276", $"Use of undefined variable: {parts[0]}"),
        };
        return parts.Length == 1 ? variable : Path(variable, parts.AsSpan(1));
    }

    public static BsonValue Path(BsonValue value, ReadOnlySpan<string> parts)
    {
        foreach (string part in parts)
        {
            if (part.Length == 0)
                throw new ServerFailure(15998, "Location15998", "FieldPath field names may not be empty strings.");
            value = value[part];
        }

        return value;
    }

    private BsonValue Document(BsonDocument document)
    {
        if (!IsOperator(document))
        {
            var result = new BsonDocument();
            foreach ((string name, BsonValue value) in document)
                result.Add(name, Evaluate(value));
            return result;
        }

        if (document.Count != 1)
            throw new ServerFailure(15983, "Location15983", "An object representing an expression must have exactly one field");
        (string operation, BsonValue argument) = document.First();
        return operation == "$literal" ? argument : Operate(operation, argument);
    }

    private BsonValue Operate(string operation, BsonValue argument)
    {
        BsonValue[] arguments = argument.AsArray is { } array ? [.. array] : [argument];
        BsonValue At(int i) => Evaluate(arguments[i]);
        int Compared() => Expect(operation, arguments, 2) is var two ? BsonOrder.Instance.Compare(Evaluate(two[0]), Evaluate(two[1])) : 0;
        switch (operation)
        {
            case "$gt": return Compared() > 0;
            case "$gte": return Compared() >= 0;
            case "$lt": return Compared() < 0;
            case "$lte": return Compared() <= 0;
            case "$eq": return Compared() == 0;
            case "$ne": return Compared() != 0;
            case "$and": return arguments.All(one => IsTrue(Evaluate(one)));
            case "$or": return arguments.Any(one => IsTrue(Evaluate(one)));
            case "$not": return !IsTrue(Evaluate(Expect(operation, arguments, 1)[0]));
            case "$ifNull":
                // More are allowed since MongoDB 5.0, and the store is content with 4.4.
                Expect(operation, arguments, 2);
                return At(0) is { IsNothing: false } value ? value : At(1);
            case "$cond":
                Expect(operation, arguments, 3);
                return IsTrue(At(0)) ? At(1) : At(2);
            case "$type": return TypeName(Evaluate(Expect(operation, arguments, 1)[0]));
            case "$max": return Extreme(arguments, 1);
            case "$min": return Extreme(arguments, -1);
            case "$add": return Add(arguments);
            case "$subtract": return Subtract(At(0), Evaluate(Expect(operation, arguments, 2)[1]));
            case "$multiply": return arguments.Select(Evaluate).Aggregate(1L, (product, value) => value.IsNumber ? product * value.AsInt64 : throw new ServerFailure(14, "TypeMismatch", "$multiply only supports numeric types"));
            case "$toLong":
                BsonValue number = Evaluate(Expect(operation, arguments, 1)[0]);
                return number.Type == BsonType.DateTime ? number.Bits : number.IsNumber ? number.AsInt64 : throw new ServerFailure(241, "ConversionFailure", "Unsupported conversion");
            case "$mergeObjects": return Merge(arguments);
            case "$concatArrays": return new BsonArray(arguments.SelectMany(one => Evaluate(one).AsArray ?? throw new ServerFailure(28664, "Location28664", "$concatArrays only supports arrays")));
            case "$size": return Evaluate(Expect(operation, arguments, 1)[0]).AsArray?.Count ?? throw new ServerFailure(17124, "Location17124", "The argument to $size must be an array");
            default: throw new ServerFailure(168, "InvalidPipelineOperator", $"Unrecognized expression '{operation}'");
        }
    }

    private BsonValue Extreme(BsonValue[] arguments, int sign)
    {
        BsonValue best = default;
        foreach (BsonValue value in arguments.Select(Evaluate))
        {
            if (!value.IsNothing && (best.IsMissing || BsonOrder.Instance.Compare(value, best) * sign > 0))
                best = value;
        }

        return best.IsMissing ? BsonValue.Null : best;
    }

    private BsonValue Add(BsonValue[] arguments)
    {
        long sum = 0;
        bool isDate = false;
        foreach (BsonValue value in arguments.Select(Evaluate))
        {
            if (value.IsNothing)
                return BsonValue.Null;
            if (value.Type == BsonType.DateTime && isDate)
                throw new ServerFailure(16612, "Location16612", "only one date allowed in an $add expression");
            if (value.Type != BsonType.DateTime && !value.IsNumber)
                throw new ServerFailure(14, "TypeMismatch", "$add only supports numeric or date types");
            isDate |= value.Type == BsonType.DateTime;
            sum = checked(sum + (value.Type == BsonType.DateTime ? value.Bits : value.AsInt64));
        }

        return isDate ? BsonValue.DateTime(sum) : sum;
    }

    private static BsonValue Subtract(BsonValue from, BsonValue what)
    {
        if (from.IsNothing || what.IsNothing)
            return BsonValue.Null;
        if (from.Type == BsonType.DateTime)
            return what.Type == BsonType.DateTime ? from.Bits - what.Bits : BsonValue.DateTime(from.Bits - what.AsInt64);
        return from.IsNumber && what.IsNumber ? from.AsInt64 - what.AsInt64 : throw new ServerFailure(14, "TypeMismatch", "can't $subtract these types");
    }

    private BsonValue Merge(BsonValue[] arguments)
    {
        var merged = new BsonDocument();
        foreach (BsonValue value in arguments.Select(Evaluate))
        {
            if (value.IsNothing)
                continue;
            foreach ((string name, BsonValue field) in value.AsDocument ?? throw new ServerFailure(40400, "Location40400", "$mergeObjects requires object inputs"))
                merged[name] = field;
        }

        return merged;
    }

    private static BsonValue[] Expect(string operation, BsonValue[] arguments, int count) => arguments.Length == count
        ? arguments
        : throw new ServerFailure(16020, "Location16020", $"Expression {operation} takes exactly {count} arguments. {arguments.Length} were passed in.");

    private static string TypeName(BsonValue value) => value.Type switch
    {
        BsonType.Missing => "missing",
        BsonType.Double => "double",
        BsonType.String => "string",
        BsonType.Document => "object",
        BsonType.Array => "array",
        BsonType.Binary => "binData",
        BsonType.ObjectId => "objectId",
        BsonType.Boolean => "bool",
        BsonType.DateTime => "date",
        BsonType.Null => "null",
        BsonType.Int32 => "int",
        BsonType.Int64 => "long",
        BsonType.Timestamp => "timestamp",
        _ => "other",
    };
}
