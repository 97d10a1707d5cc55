using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace Larder.AI.Keys;

/// <summary>
/// The key of a prompt: everything that a provider is told, by the canonical encoding (<see cref="CacheKeyWriter"/>), as
/// the model's name and a SHA-256. No text of a prompt is in a key, since keys are seen in logs and stores.
/// </summary>
/// <remarks>
/// What is not understood is never left out: a prompt that holds such a thing has no key. A false miss costs one call, a
/// false hit is a wrong answer.
/// </remarks>
internal static class PromptKey
{
    private static readonly string Head = CacheKeyWriter.CreateHead("chat");
    private static readonly string PromptHead = CacheKeyWriter.CreateHead("prompt");

    private static readonly JsonTypeInfo<AIContent> ContentContract = (JsonTypeInfo<AIContent>)AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(AIContent));

    /// <summary>The key, or <see langword="null"/> where the answer depends on what cannot be seen here.</summary>
    /// <param name="messages">The prompt.</param>
    /// <param name="options">What it is asked with; none is the same as those that say nothing.</param>
    /// <param name="metadata">Of the client that asks.</param>
    /// <param name="source"><see cref="ChatCacheOptions.Source"/>.</param>
    public static string? Of(IReadOnlyList<ChatMessage> messages, ChatOptions? options, ChatClientMetadata? metadata, string? source)
    {
        if (!OptionsKey.IsVisible(options))
            return null;

        string? model = options?.ModelId ?? metadata?.DefaultModelId;
        var prompt = new CacheKeyWriter(PromptHead);
        string digest;
        try
        {
            prompt.Append(source);
            prompt.Append(metadata?.ProviderName);
            OptionsKey.Write(ref prompt, options);
            foreach (ChatMessage message in messages)
                Write(ref prompt, message);
            digest = prompt.FinishAsDigest();
        }
        catch (Exception error) when (error is NotSupportedException or JsonException)
        {
            return null; // A content, property or tool that has no contract.
        }
        finally
        {
            prompt.Dispose();
        }

        var key = new CacheKeyWriter(Head);
        try
        {
            key.Append(model);
            key.Append(digest);
            return key.ToString();
        }
        finally
        {
            key.Dispose();
        }
    }

    // Ids and times are not part of what is asked.
    private static void Write(ref CacheKeyWriter writer, ChatMessage message)
    {
        if (message.GetType() != typeof(ChatMessage))
            throw new NotSupportedException($"A {message.GetType()} may say more than a ChatMessage.");
        if (IsRaw(message))
            throw new NotSupportedException("A client may send a raw form instead of what can be seen.");
        writer.BeginObject("message");
        writer.Append(message.Role.Value);
        writer.Append(message.AuthorName);
        foreach (AIContent content in message.Contents)
            Write(ref writer, content);
        JsonKey.Write(ref writer, message.AdditionalProperties);
        writer.End();
    }

    // An earlier answer carries its provider's raw form beside the content that was made of it. Any other raw form was put there by
    // somebody, for a client that sends it instead of the content.
    private static bool IsRaw(ChatMessage message) => message.Role == ChatRole.Assistant
        ? message.RawRepresentation is not null && message.Contents.Count == 0 || message.Contents.Any(content => content.GetType() == typeof(AIContent))
        : message.RawRepresentation is not null || message.Contents.Any(content => content.RawRepresentation is not null || content.GetType() == typeof(AIContent));

    private static void Write(ref CacheKeyWriter writer, AIContent content)
    {
        switch (content)
        {
            case UsageContent:
                break; // A report on an earlier answer; nothing that is sent.
            case TextContent { Annotations: null or { Count: 0 }, AdditionalProperties: null or { Count: 0 } } text:
                writer.BeginObject("text");
                writer.Append(text.Text);
                writer.End();
                break;
            default:
                JsonKey.Write(ref writer, JsonSerializer.SerializeToElement(content, ContentContract));
                break;
        }
    }
}
