using Microsoft.Extensions.AI;
using Chat = OpenAI.Chat;

namespace Larder.Samples.PairProgrammer.Models;

/// <summary>Translates between the abstraction's types and the OpenAI package's.</summary>
internal static class OpenAIMapping
{
    public static List<Chat.ChatMessage> ToMessages(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        List<Chat.ChatMessage> translated = [];
        if (!string.IsNullOrEmpty(options?.Instructions))
            translated.Add(new Chat.SystemChatMessage(options.Instructions));
        translated.AddRange(messages.Select(ToMessage));
        return translated;
    }

    public static Chat.ChatCompletionOptions ToOptions(ChatOptions? options)
    {
        var translated = new Chat.ChatCompletionOptions();
        if (options is null)
            return translated;
        if (options.Tools is { Count: > 0 })
            throw new NotSupportedException("This client takes no tools.");

        translated.Temperature = options.Temperature;
        translated.TopP = options.TopP;
        translated.MaxOutputTokenCount = options.MaxOutputTokens;
        translated.FrequencyPenalty = options.FrequencyPenalty;
        translated.PresencePenalty = options.PresencePenalty;
        foreach (string stop in options.StopSequences ?? [])
            translated.StopSequences.Add(stop);
        translated.ResponseFormat = options.ResponseFormat switch
        {
            null => null,
            ChatResponseFormatJson { Schema: { } schema } json => Chat.ChatResponseFormat.CreateJsonSchemaFormat(json.SchemaName ?? "answer", BinaryData.FromString(schema.GetRawText()), json.SchemaDescription, jsonSchemaIsStrict: true),
            ChatResponseFormatJson => Chat.ChatResponseFormat.CreateJsonObjectFormat(),
            _ => Chat.ChatResponseFormat.CreateTextFormat(),
        };
        return translated;
    }

    public static ChatResponse ToResponse(Chat.ChatCompletion completion)
    {
        var message = new ChatMessage(ChatRole.Assistant, [.. completion.Content.Where(part => part.Kind == Chat.ChatMessageContentPartKind.Text).Select(part => new TextContent(part.Text))]);
        if (completion.Refusal is { Length: > 0 } refusal)
            message.Contents.Add(Refused(refusal));
        return new ChatResponse(message)
        {
            ResponseId = completion.Id,
            ModelId = completion.Model,
            CreatedAt = completion.CreatedAt,
            FinishReason = ToReason(completion.FinishReason),
            Usage = ToUsage(completion.Usage),
            RawRepresentation = completion,
        };
    }

    public static ChatResponseUpdate ToUpdate(Chat.StreamingChatCompletionUpdate update)
    {
        List<AIContent> contents = [.. update.ContentUpdate.Where(part => part.Kind == Chat.ChatMessageContentPartKind.Text).Select(part => new TextContent(part.Text))];
        if (update.RefusalUpdate is { Length: > 0 } refusal)
            contents.Add(Refused(refusal));
        if (ToUsage(update.Usage) is { } usage)
            contents.Add(new UsageContent(usage));
        return new ChatResponseUpdate(ChatRole.Assistant, contents)
        {
            ResponseId = update.CompletionId,
            MessageId = update.CompletionId,
            ModelId = update.Model,
            CreatedAt = update.CreatedAt,
            FinishReason = update.FinishReason is { } reason ? ToReason(reason) : null,
            RawRepresentation = update,
        };
    }

    private static Chat.ChatMessage ToMessage(ChatMessage message)
    {
        if (message.Contents.FirstOrDefault(content => content is not TextContent) is { } other)
            throw new NotSupportedException($"This client sends text only, and no {other.GetType().Name}.");
        if (message.Role == ChatRole.System)
            return new Chat.SystemChatMessage(message.Text);
        if (message.Role == ChatRole.User)
            return new Chat.UserChatMessage(message.Text);
        return message.Role == ChatRole.Assistant
            ? new Chat.AssistantChatMessage(message.Text)
            : throw new NotSupportedException($"This client sends messages of system, user and assistant, and none of '{message.Role}'.");
    }

    private static ErrorContent Refused(string refusal) => new(refusal) { ErrorCode = "Refusal" };

    private static ChatFinishReason ToReason(Chat.ChatFinishReason reason) => reason switch
    {
        Chat.ChatFinishReason.Stop => ChatFinishReason.Stop,
        Chat.ChatFinishReason.Length => ChatFinishReason.Length,
        Chat.ChatFinishReason.ContentFilter => ChatFinishReason.ContentFilter,
        Chat.ChatFinishReason.ToolCalls or Chat.ChatFinishReason.FunctionCall => ChatFinishReason.ToolCalls,
        _ => new ChatFinishReason(reason.ToString()),
    };

    private static UsageDetails? ToUsage(Chat.ChatTokenUsage? usage) => usage is null ? null : new UsageDetails
    {
        InputTokenCount = usage.InputTokenCount,
        OutputTokenCount = usage.OutputTokenCount,
        TotalTokenCount = usage.TotalTokenCount,
    };
}
