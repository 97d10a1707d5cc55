using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Larder.Samples.PairProgrammer.Recordings;

/// <summary>A chat completion as JSON: as a file has it, as HTTP has it, and piece by piece.</summary>
internal static class Completion
{
    private const int PieceLength = 24;

    /// <summary>As HTTP has it: a content that is JSON becomes its text.</summary>
    public static JsonObject WithTextContent(JsonElement response)
    {
        JsonObject completion = JsonNode.Parse(response.GetRawText())!.AsObject();
        foreach (JsonObject message in Messages(completion))
        {
            if (message["content"] is { } content and not JsonValue)
                message["content"] = content.ToJsonString();
        }

        return completion;
    }

    /// <summary>As a file has it: a content that is the text of a JSON object becomes that.</summary>
    public static JsonObject WithJsonContent(JsonObject completion)
    {
        foreach (JsonObject message in Messages(completion))
        {
            if (message["content"] is JsonValue content && content.TryGetValue(out string? text) && TryParse(text) is { } json && json.ToJsonString() == text)
                message["content"] = json;
        }

        return completion;
    }

    /// <summary>As server-sent events, the way an OpenAI-compatible service streams.</summary>
    public static string ToEvents(JsonObject completion)
    {
        JsonObject? message = Messages(completion).FirstOrDefault();
        string content = message?["content"]?.GetValue<string>() ?? "";
        string? reason = completion["choices"]?[0]?["finish_reason"]?.GetValue<string>();
        var events = new StringBuilder();
        foreach (string piece in Pieces(content))
            Add(new JsonObject { ["role"] = "assistant", ["content"] = piece }, null, null);
        if (message?["refusal"]?.GetValue<string>() is { Length: > 0 } refusal)
            Add(new JsonObject { ["refusal"] = refusal }, null, null);
        Add([], reason, null);
        if (completion["usage"] is { } usage)
            Add(null, null, usage.DeepClone());
        return events.Append("data: [DONE]\n\n").ToString();

        void Add(JsonObject? delta, string? finishReason, JsonNode? usage)
        {
            var piece = new JsonObject
            {
                ["id"] = completion["id"]?.DeepClone(),
                ["object"] = "chat.completion.chunk",
                ["created"] = completion["created"]?.DeepClone(),
                ["model"] = completion["model"]?.DeepClone(),
                ["choices"] = delta is null ? [] : new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finishReason }),
                ["usage"] = usage,
            };
            events.Append("data: ").Append(piece.ToJsonString()).Append("\n\n");
        }
    }

    private static IEnumerable<string> Pieces(string content)
    {
        for (int at = 0, length; at < content.Length; at += length)
        {
            length = Math.Min(PieceLength, content.Length - at);
            if (at + length < content.Length && char.IsHighSurrogate(content[at + length - 1]))
                length++; // Half a character is no text.
            yield return content.Substring(at, length);
        }
    }

    private static IEnumerable<JsonObject> Messages(JsonObject completion) =>
        completion["choices"] is JsonArray choices ? choices.Select(choice => choice?["message"]).OfType<JsonObject>() : [];

    private static JsonObject? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
