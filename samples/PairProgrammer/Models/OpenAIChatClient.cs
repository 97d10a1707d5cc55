using System.ClientModel;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using OpenAI;
using Chat = OpenAI.Chat;

namespace Larder.Samples.PairProgrammer.Models;

/// <summary>The OpenAI package's chat client as an <see cref="IChatClient"/>: texts and structured output, in one piece or streamed. No tools.</summary>
public sealed class OpenAIChatClient : IChatClient
{
    private readonly OpenAIClient _client;
    private readonly ChatClientMetadata _metadata;

    public OpenAIChatClient(ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _client = new OpenAIClient(new ApiKeyCredential(options.Key), new OpenAIClientOptions
        {
            Endpoint = options.Endpoint,
            RetryPolicy = new RetryAfterPolicy(options.Retries, options.MaxRetryAfter),
            NetworkTimeout = options.Timeout,
        });
        _metadata = new ChatClientMetadata("openai", options.Endpoint, options.Model);
    }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<Chat.ChatMessage> sent = OpenAIMapping.ToMessages(messages, options);
        Chat.ChatCompletionOptions sentOptions = OpenAIMapping.ToOptions(options);
        Chat.ChatCompletion completion;
        try
        {
            completion = await ClientOf(options).CompleteChatAsync(sent, sentOptions, cancellationToken);
        }
        catch (Exception error) when (!ModelException.IsCancellation(error, cancellationToken))
        {
            throw ModelException.From(error, _metadata);
        }

        return OpenAIMapping.ToResponse(completion);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using IAsyncEnumerator<Chat.StreamingChatCompletionUpdate> updates =
            ClientOf(options).CompleteChatStreamingAsync(OpenAIMapping.ToMessages(messages, options), OpenAIMapping.ToOptions(options), cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await updates.MoveNextAsync())
                    yield break;
            }
            catch (Exception error) when (!ModelException.IsCancellation(error, cancellationToken))
            {
                throw ModelException.From(error, _metadata);
            }

            yield return OpenAIMapping.ToUpdate(updates.Current);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null : serviceType == typeof(ChatClientMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : serviceType.IsInstanceOfType(_client) ? _client : null;
    }

    private Chat.ChatClient ClientOf(ChatOptions? options) => _client.GetChatClient(options?.ModelId ?? _metadata.DefaultModelId);

    public void Dispose()
    {
        // The OpenAI client shares one connection pool for the process.
    }
}
