using Microsoft.Extensions.AI;

namespace Larder.AI.Keys;

/// <summary>Writes into a key what a prompt is asked with.</summary>
internal static class OptionsKey
{
    /// <summary>Whether the options say all that the answer depends on: not what a server remembers, and not what is hidden in a provider's own objects.</summary>
    public static bool IsVisible(ChatOptions? options) => options is null ||
        (options.GetType() == typeof(ChatOptions)
        && options.ConversationId is null
        && options.ContinuationToken is null
        && options.AllowBackgroundResponses is not true
        && options.RawRepresentationFactory is null);

    /// <exception cref="NotSupportedException">Something in them cannot be part of a key.</exception>
    public static void Write(ref CacheKeyWriter writer, ChatOptions? options)
    {
        options ??= new ChatOptions();
        writer.BeginObject("options");
        writer.Append(options.Instructions);
        writer.Append(options.Temperature);
        writer.Append(options.MaxOutputTokens);
        writer.Append(options.TopP);
        writer.Append(options.TopK);
        writer.Append(options.FrequencyPenalty);
        writer.Append(options.PresencePenalty);
        writer.Append(options.Seed);
        writer.Append(options.Reasoning?.Effort?.ToString());
        writer.Append(options.Reasoning?.Output?.ToString());
        WriteFormat(ref writer, options.ResponseFormat);
        writer.AppendList(options.StopSequences is { Count: > 0 } stops ? stops : null);
        WriteTools(ref writer, options);
        JsonKey.Write(ref writer, options.AdditionalProperties);
        writer.End();
    }

    private static void WriteFormat(ref CacheKeyWriter writer, ChatResponseFormat? format)
    {
        switch (format)
        {
            case null:
                writer.Append((string?)null);
                break;
            case ChatResponseFormatText:
                writer.Append("text");
                break;
            case ChatResponseFormatJson json:
                writer.BeginObject("json-format");
                writer.Append(json.SchemaName);
                writer.Append(json.SchemaDescription);
                if (json.Schema is { } schema)
                    JsonKey.Write(ref writer, schema);
                writer.End();
                break;
            default:
                throw new NotSupportedException($"A {format.GetType()} cannot be part of a key.");
        }
    }

    private static void WriteTools(ref CacheKeyWriter writer, ChatOptions options)
    {
        writer.Append(options.AllowMultipleToolCalls);
        switch (options.ToolMode)
        {
            case null:
                writer.Append((string?)null);
                break;
            case AutoChatToolMode:
                writer.Append("auto");
                break;
            case NoneChatToolMode:
                writer.Append("none");
                break;
            case RequiredChatToolMode required:
                writer.BeginObject("required");
                writer.Append(required.RequiredFunctionName);
                writer.End();
                break;
            default:
                throw new NotSupportedException($"A {options.ToolMode.GetType()} cannot be part of a key.");
        }

        foreach (AITool tool in options.Tools ?? [])
            WriteTool(ref writer, tool);
    }

    // A tool that the provider runs itself, such as a search of the web, answers differently tomorrow.
    private static void WriteTool(ref CacheKeyWriter writer, AITool tool)
    {
        if (tool is not AIFunctionDeclaration function)
            throw new NotSupportedException($"What a model answers with the tool {tool.GetType()} depends on more than the prompt.");
        writer.BeginObject("function");
        writer.Append(function.Name);
        writer.Append(function.Description);
        JsonKey.Write(ref writer, function.JsonSchema);
        if (function.ReturnJsonSchema is { } returned)
            JsonKey.Write(ref writer, returned);
        JsonKey.Write(ref writer, function.AdditionalProperties);
        writer.End();
    }
}
