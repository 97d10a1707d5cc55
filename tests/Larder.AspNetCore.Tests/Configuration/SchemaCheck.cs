using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Larder.AspNetCore.Tests.Configuration;

/// <summary>Checks a document by a JSON schema: as much of the draft 2020-12 as <c>docs/larder.schema.json</c> uses, and an error for a keyword beyond that.</summary>
internal sealed class SchemaCheck(JsonNode root)
{
    private static readonly HashSet<string> Annotations = ["$schema", "$defs", "title", "description", "default"];

    public IReadOnlyList<string> Errors(JsonNode? value) => Errors(root, value, "$");

    public IReadOnlyList<string> Errors(JsonNode schema, JsonNode? value, string path)
    {
        List<string> errors = [];
        JsonObject keywords = schema.AsObject();
        foreach ((string keyword, JsonNode? argument) in keywords)
        {
            if (Annotations.Contains(keyword))
                continue;
            errors.AddRange(keyword switch
            {
                "$ref" => Errors(Find(argument!.GetValue<string>()), value, path),
                "type" => Type(argument!, value, path),
                "enum" => argument!.AsArray().Any(one => JsonNode.DeepEquals(one, value)) ? [] : [$"{path} is none of {argument.ToJsonString()}"],
                "const" => JsonNode.DeepEquals(argument, value) ? [] : [$"{path} is not {argument!.ToJsonString()}"],
                "pattern" => Text(value) is { } text && !Regex.IsMatch(text, argument!.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(5)) ? [$"{path} does not match"] : [],
                "minLength" => Text(value)?.Length < argument!.GetValue<int>() ? [$"{path} is too short"] : [],
                "minItems" => value is JsonArray items && items.Count < argument!.GetValue<int>() ? [$"{path} has too few items"] : [],
                "minimum" => Number(value) < Number(argument) ? [$"{path} is too small"] : [],
                "maximum" => Number(value) > Number(argument) ? [$"{path} is too large"] : [],
                "exclusiveMaximum" => Number(value) >= Number(argument) ? [$"{path} is too large"] : [],
                "items" => value is JsonArray array ? array.SelectMany((item, i) => Errors(argument!, item, $"{path}[{i}]")) : [],
                "required" => value is JsonObject owner ? argument!.AsArray().Select(name => name!.GetValue<string>()).Where(name => !owner.ContainsKey(name)).Select(name => $"{path}.{name} is missing") : [],
                "properties" => value is JsonObject known ? known.Where(pair => argument!.AsObject().ContainsKey(pair.Key)).SelectMany(pair => Errors(argument![pair.Key]!, pair.Value, $"{path}.{pair.Key}")) : [],
                "additionalProperties" => Additional(keywords, argument!, value, path),
                "propertyNames" => value is JsonObject named ? named.SelectMany(pair => Errors(argument!, JsonValue.Create(pair.Key), $"{path}.{pair.Key}")) : [],
                "anyOf" => argument!.AsArray().Any(one => Errors(one!, value, path).Count == 0) ? [] : [$"{path} is none of what it may be"],
                "allOf" => argument!.AsArray().SelectMany(one => Errors(one!, value, path)),
                "if" => Errors(argument!, value, path).Count == 0 && keywords["then"] is { } then ? Errors(then, value, path) : [],
                "then" => [],
                _ => throw new NotSupportedException($"The schema uses the keyword {keyword}, which this check does not know."),
            });
        }

        return errors;
    }

    public JsonNode Find(string reference)
    {
        JsonNode? found = root;
        foreach (string step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = found?[step];
        return found ?? throw new InvalidOperationException($"The schema refers to {reference}, which is not there.");
    }

    private static IEnumerable<string> Type(JsonNode argument, JsonNode? value, string path)
    {
        string[] types = argument is JsonArray many ? [.. many.Select(one => one!.GetValue<string>())] : [argument.GetValue<string>()];
        string kind = value?.GetValueKind() switch
        {
            null or System.Text.Json.JsonValueKind.Null => "null",
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.Number => Number(value) is { } number && decimal.IsInteger(number) ? "integer" : "number",
            System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "boolean",
            System.Text.Json.JsonValueKind.Array => "array",
            _ => "object",
        };
        return types.Contains(kind) || (kind == "integer" && types.Contains("number")) ? [] : [$"{path} is {kind} and not {string.Join(" or ", types)}"];
    }

    private static string? Text(JsonNode? value) => value is JsonValue text && text.TryGetValue(out string? read) ? read : null;

    private static decimal? Number(JsonNode? value) =>
        value?.GetValueKind() == System.Text.Json.JsonValueKind.Number ? decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    private IEnumerable<string> Additional(JsonObject keywords, JsonNode argument, JsonNode? value, string path)
    {
        if (value is not JsonObject group)
            return [];
        IEnumerable<KeyValuePair<string, JsonNode?>> others = group.Where(pair => keywords["properties"]?.AsObject().ContainsKey(pair.Key) != true);
        return argument.GetValueKind() == System.Text.Json.JsonValueKind.False
            ? others.Select(pair => $"{path}.{pair.Key} does not exist")
            : others.SelectMany(pair => Errors(argument, pair.Value, $"{path}.{pair.Key}"));
    }
}
