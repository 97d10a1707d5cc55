using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace Larder.AI.Keys;

/// <summary>Writes JSON into a key: an object's properties in ordinal order, numbers as they are spelled.</summary>
internal static class JsonKey
{
    /// <exception cref="NotSupportedException">It is nested deeper than a key may be.</exception>
    public static void Write(ref CacheKeyWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.BeginObject("json");
                foreach (JsonProperty property in element.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.Append(property.Name);
                    Write(ref writer, property.Value);
                }

                writer.End();
                break;
            case JsonValueKind.Array:
                writer.BeginTuple();
                foreach (JsonElement item in element.EnumerateArray())
                    Write(ref writer, item);
                writer.End();
                break;
            case JsonValueKind.String:
                writer.Append(element.GetString());
                break;
            case JsonValueKind.Number:
                writer.BeginObject("number");
                writer.Append(element.GetRawText());
                writer.End();
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.Append(element.ValueKind == JsonValueKind.True);
                break;
            default:
                writer.Append((string?)null);
                break;
        }
    }

    /// <exception cref="NotSupportedException">A value has no JSON contract, or one that shows nothing of it.</exception>
    public static void Write(ref CacheKeyWriter writer, IEnumerable<KeyValuePair<string, object?>>? properties)
    {
        if (properties is null || !properties.Any())
            return;
        writer.BeginObject("properties");
        foreach ((string name, object? value) in properties.OrderBy(property => property.Key, StringComparer.Ordinal))
        {
            writer.Append(name);
            WriteValue(ref writer, value);
        }

        writer.End();
    }

    private static void WriteValue(ref CacheKeyWriter writer, object? value)
    {
        if (value is null)
        {
            writer.Append((string?)null);
            return;
        }

        JsonTypeInfo contract = AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType());
        if (value.GetType() == typeof(object) || contract is { Kind: JsonTypeInfoKind.Object, Properties.Count: 0 })
            throw new NotSupportedException($"Every {value.GetType()} looks alike as JSON."); // Its state is in fields, or elsewhere.
        Write(ref writer, JsonSerializer.SerializeToElement(value, contract));
    }
}
