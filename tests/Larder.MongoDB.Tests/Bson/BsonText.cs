using System.Globalization;
using System.Text;
using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Bson;

/// <summary>Shows a document so that a test can say what it expects: types and values, in order.</summary>
internal static class BsonText
{
    public static string Of(BsonDocument document) => $"{{{string.Join(", ", document.Select(field => $"{field.Key}: {Of(field.Value)}"))}}}";

    public static string Of(BsonValue value) => value.Type switch
    {
        BsonType.Double => $"double {value.AsDouble.ToString("R", CultureInfo.InvariantCulture)}",
        BsonType.String => $"'{value.AsString}'",
        BsonType.Document => Of(value.AsDocument!),
        BsonType.Array => $"[{string.Join(", ", value.AsArray!.Select(Of))}]",
        BsonType.Binary => $"binary {value.AsBinary!.Subtype} {Convert.ToHexString(value.AsBinary.Bytes.Span)}",
        BsonType.Boolean => value.AsBoolean ? "true" : "false",
        BsonType.DateTime => $"date {value.Bits}",
        BsonType.Timestamp => $"timestamp {value.Bits >> 32} {(uint)value.Bits}",
        BsonType.Int32 => $"{value.AsInt64}",
        BsonType.Int64 => $"long {value.AsInt64}",
        BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey => $"{value.Type}",
        _ => $"{value.Type} {Convert.ToHexString(value.AsRaw!.Bytes.Span)}",
    };
}
