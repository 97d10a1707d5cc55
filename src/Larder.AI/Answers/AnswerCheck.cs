using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Larder.AI.Answers;

/// <summary>Whether an answer is worth keeping: it came to its own end, and it is no refusal, no error and no half.</summary>
internal static class AnswerCheck
{
    /// <summary>Whether the answer is whole, can be encoded, and passes the caller's own check.</summary>
    public static bool IsToBeKept(byte[] encoded, ChatOptions? options, ChatResponse response, ChatCacheOptions cacheOptions) =>
        encoded.Length > 0 && IsWhole(options, response) && (cacheOptions.ShouldCache?.Invoke(options, response) ?? true);

    /// <summary>Whether the answer is whole.</summary>
    public static bool IsWhole(ChatOptions? options, ChatResponse response)
    {
        // A conversation that the server remembers belongs to one caller; an answer that is still being made is none; and one that
        // stands in behind another cache is not made fresh by this one.
        if (response.ConversationId is not null || response.ContinuationToken is not null || response.GetOrigin() == ChatAnswerOrigin.Stale)
            return false;

        bool hasCalls = false, hasContent = false;
        foreach (AIContent content in response.Messages.SelectMany(message => message.Contents))
        {
            if (content.AdditionalProperties?.ContainsKey("Refusal") is true)
                return false;
            switch (content)
            {
                case ErrorContent: // Refusals come as one, or, of a part of an OpenAI answer, as the property above.
                case FunctionResultContent: // A function was run behind this client. What it told, and what it did, is of that moment.
                    return false;
                case FunctionCallContent call:
                    if (call.Exception is not null || string.IsNullOrEmpty(call.CallId) || string.IsNullOrEmpty(call.Name))
                        return false;
                    hasCalls = true;
                    break;
                case TextContent text:
                    hasContent |= !string.IsNullOrWhiteSpace(text.Text);
                    break;
                case TextReasoningContent or UsageContent:
                    break;
                default:
                    if (content.GetType() == typeof(AIContent))
                        return false; // All that it says is in its raw form, which cannot be kept.
                    hasContent = true;
                    break;
            }
        }

        // No reason, or one that nobody knows, is what a connection that broke looks like.
        if (response.FinishReason == ChatFinishReason.ToolCalls)
            return hasCalls;
        return response.FinishReason == ChatFinishReason.Stop
            && (hasContent || hasCalls)
            && (hasCalls || options?.ResponseFormat is not ChatResponseFormatJson || IsJson(response.Text));
    }

    private static bool IsJson(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            while (reader.Read())
                reader.TrySkip();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
