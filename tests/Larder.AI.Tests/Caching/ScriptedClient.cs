using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Caching;

/// <summary>A provider in this process: counts requests and answers what a test says.</summary>
internal sealed class ScriptedClient : IChatClient
{
    private int _requests;

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>What the n-th request (from 1) is answered.</summary>
    public Func<int, CancellationToken, Task<ChatResponse>> Answer { get; set; } = (request, _) => Task.FromResult(Whole($"answer {request}"));

    /// <summary>What the n-th request is answered piece by piece; not set: the pieces of <see cref="Answer"/>.</summary>
    public Func<int, CancellationToken, IAsyncEnumerable<ChatResponseUpdate>>? Stream { get; set; }

    public string? Model { get; init; } = "model-a";

    public bool IsDisposed { get; private set; }

    public static ChatResponse Whole(string text) => new(new ChatMessage(ChatRole.Assistant, text))
    {
        FinishReason = ChatFinishReason.Stop,
        Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 },
        RawRepresentation = new object(),
    };

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Answer(Interlocked.Increment(ref _requests), cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        int request = Interlocked.Increment(ref _requests);
        if (Stream is not null)
        {
            await foreach (ChatResponseUpdate update in Stream(request, cancellationToken))
                yield return update;
            yield break;
        }

        foreach (ChatResponseUpdate update in (await Answer(request, cancellationToken)).ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("scripted", null, Model) : null;

    public void Dispose() => IsDisposed = true;
}
