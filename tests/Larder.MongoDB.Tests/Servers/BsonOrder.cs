using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>The order of values as servers have it: first by kind, then by value; texts and bytes by their bytes.</summary>
internal sealed class BsonOrder : IComparer<BsonValue>
{
    public static readonly BsonOrder Instance = new();

    public static bool Same(BsonValue a, BsonValue b) => Instance.Compare(a, b) == 0;

    /// <summary>What values are compared with each other by an operator of a filter.</summary>
    public static int KindOf(BsonValue value) => value.Type switch
    {
        BsonType.MinKey => -1,
        BsonType.Missing => 0,
        BsonType.Undefined or BsonType.Null => 1,
        BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128 => 2,
        BsonType.String or BsonType.Symbol => 3,
        BsonType.Document => 4,
        BsonType.Array => 5,
        BsonType.Binary => 6,
        BsonType.ObjectId => 7,
        BsonType.Boolean => 8,
        BsonType.DateTime => 9,
        BsonType.Timestamp => 10,
        BsonType.RegularExpression => 11,
        BsonType.MaxKey => 127,
        _ => 20,
    };

    public int Compare(BsonValue x, BsonValue y)
    {
        int kinds = KindOf(x).CompareTo(KindOf(y));
        if (kinds != 0)
            return kinds;
        switch (KindOf(x))
        {
            case 2:
                return x.Type == BsonType.Double || y.Type == BsonType.Double ? x.AsDouble.CompareTo(y.AsDouble) : x.AsInt64.CompareTo(y.AsInt64);
            case 3:
                return System.Text.Encoding.UTF8.GetBytes(x.AsString ?? "").AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(y.AsString ?? ""));
            case 4:
                return Fields(x.AsDocument!, y.AsDocument!);
            case 5:
                return Values([.. x.AsArray!], [.. y.AsArray!]);
            case 6:
                int lengths = x.AsBinary!.Bytes.Length.CompareTo(y.AsBinary!.Bytes.Length);
                int subtypes = x.AsBinary.Subtype.CompareTo(y.AsBinary.Subtype);
                return lengths != 0 ? lengths : subtypes != 0 ? subtypes : x.AsBinary.Bytes.Span.SequenceCompareTo(y.AsBinary.Bytes.Span);
            case 8 or 9:
                return x.Bits.CompareTo(y.Bits);
            case 10:
                return ((ulong)x.Bits).CompareTo((ulong)y.Bits);
            default:
                return (x.AsRaw?.Bytes ?? default).Span.SequenceCompareTo((y.AsRaw?.Bytes ?? default).Span);
        }
    }

    private int Fields(BsonDocument x, BsonDocument y)
    {
        foreach ((KeyValuePair<string, BsonValue> a, KeyValuePair<string, BsonValue> b) in x.Zip(y))
        {
            int kinds = KindOf(a.Value).CompareTo(KindOf(b.Value));
            int names = string.CompareOrdinal(a.Key, b.Key);
            int values = kinds != 0 ? kinds : names != 0 ? names : Compare(a.Value, b.Value);
            if (values != 0)
                return values;
        }

        return x.Count.CompareTo(y.Count);
    }

    private int Values(BsonValue[] x, BsonValue[] y)
    {
        foreach ((BsonValue a, BsonValue b) in x.Zip(y))
        {
            int values = Compare(a, b);
            if (values != 0)
                return values;
        }

        return x.Length.CompareTo(y.Length);
    }
}
