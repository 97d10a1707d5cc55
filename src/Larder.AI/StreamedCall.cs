using System.Threading.Channels;
using Larder.AI.Diagnostics;
using Microsoft.Extensions.AI;

namespace Larder.AI;

/// <summary>Asks for an answer piece by piece, hands the pieces on as they come, and puts them together at the end.</summary>
internal sealed class StreamedCall(IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions? options, ChatCacheOptions cacheOptions, ChatCounters counters)
    : ProviderCall(messages, options, cacheOptions, counters)
{
    // Not bounded: others may wait for the whole answer while whoever began it reads slowly, or not at all any more.
    private readonly Channel<ChatResponseUpdate> _updates = Channel.CreateUnbounded<ChatResponseUpdate>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>The pieces, when this call is the one that asks; otherwise none. Ends with <see cref="Complete"/>.</summary>
    public IAsyncEnumerable<ChatResponseUpdate> ReadAllAsync(CancellationToken cancellationToken) => _updates.Reader.ReadAllAsync(cancellationToken);

    /// <summary>No more pieces come.</summary>
    public void Complete() => _updates.Writer.TryComplete();

    protected override async Task<ChatResponse> AskAsync(CancellationToken cancellationToken)
    {
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(Messages, Options, cancellationToken).ConfigureAwait(false))
        {
            updates.Add(Copy(update)); // Whoever reads the other may change it meanwhile.
            _updates.Writer.TryWrite(update);
        }

        return updates.ToChatResponse();
    }

    // Clone shares the lists.
    private static ChatResponseUpdate Copy(ChatResponseUpdate update)
    {
        ChatResponseUpdate copy = update.Clone();
        copy.Contents = [.. update.Contents];
        copy.AdditionalProperties = update.AdditionalProperties?.Clone();
        return copy;
    }
}
