using System.Text.Json;

namespace Larder.Samples.PairProgrammer.Recordings;

/// <summary>What of a request to <c>/chat/completions</c> tells it apart.</summary>
internal sealed record ChatRequest(string? Schema, IReadOnlyList<string> Messages, bool IsStream)
{
    /// <exception cref="JsonException">It is no such request.</exception>
    public static ChatRequest Parse(ReadOnlyMemory<byte> body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("messages", out JsonElement messages) || messages.ValueKind != JsonValueKind.Array)
            throw new JsonException("The request has no messages.");
        string? schema = root.TryGetProperty("response_format", out JsonElement format) && format.TryGetProperty("json_schema", out JsonElement json) && json.TryGetProperty("name", out JsonElement name) ? name.GetString() : null;
        bool isStream = root.TryGetProperty("stream", out JsonElement stream) && stream.ValueKind == JsonValueKind.True;
        return new ChatRequest(schema, [.. messages.EnumerateArray().Select(TextOf)], isStream);
    }

    /// <summary>Whether an exchange answers it.</summary>
    public bool Meets(RequestMatch match) =>
        (match.Schema is null || match.Schema == Schema)
        && (match.Messages is null || match.Messages == Messages.Count)
        && match.Contains.All(text => Messages.Any(message => message.Contains(text, StringComparison.Ordinal)));

    /// <summary>What only this request meets.</summary>
    public RequestMatch Exactly() => new() { Schema = Schema, Messages = Messages.Count, Contains = Messages };

    // A content is a text, or a list of parts that have one each.
    private static string TextOf(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("content", out JsonElement content))
            return "";
        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(part => part.TryGetProperty("text", out JsonElement text) ? text.GetString() : "")),
            _ => "",
        };
    }
}
