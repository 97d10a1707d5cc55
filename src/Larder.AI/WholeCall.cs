using Larder.AI.Diagnostics;
using Microsoft.Extensions.AI;

namespace Larder.AI;

/// <summary>Asks for an answer in one piece.</summary>
internal sealed class WholeCall(IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions? options, ChatCacheOptions cacheOptions, ChatCounters counters)
    : ProviderCall(messages, options, cacheOptions, counters)
{
    protected override Task<ChatResponse> AskAsync(CancellationToken cancellationToken) => client.GetResponseAsync(Messages, Options, cancellationToken);
}
