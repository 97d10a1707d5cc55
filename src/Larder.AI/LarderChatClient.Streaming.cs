using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Larder.AI;
using Larder.AI.Keys;
using Microsoft.Extensions.AI;

namespace Larder;

/// <content>Answers that come piece by piece.</content>
public sealed partial class LarderChatClient
{
    /// <summary>Answers from the cache, or asks the provider and hands the answer on as it comes.</summary>
    /// <remarks>Whoever begins a request gets the pieces live. Whoever joins one that is under way, or finds the answer in the cache, gets it whole, in as few pieces as it has messages.</remarks>
    /// <param name="messages">The prompt.</param>
    /// <param name="options">What it is asked with.</param>
    /// <param name="cancellationToken">Ends this caller's wait; the request goes on while anybody else waits for it.</param>
    /// <exception cref="InvalidOperationException">The scope needs a context, and none is ambient.</exception>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ChatMessage[] prompt = [.. messages];
        ICache cache = Partition();
        if (PromptKey.Of(prompt, options, _metadata, _options.Source) is not { } key)
        {
            _counters.Bypassed();
            await foreach (ChatResponseUpdate update in InnerClient.GetStreamingResponseAsync(prompt, options, cancellationToken).ConfigureAwait(false))
                yield return update;
            yield break;
        }

        long began = _options.TimeProvider.GetTimestamp();
        var call = new StreamedCall(InnerClient, prompt, options?.Clone(), _options, _counters);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<byte[]> asking = AskAsync(cache, key, call, reading.Token);
        bool isLive = false;
        try
        {
            await foreach (ChatResponseUpdate update in call.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                isLive = true;
                yield return update;
            }
        }
        finally
        {
            // Whoever stops reading early stops waiting; the request goes on if somebody else waits for it.
            if (!asking.IsCompleted)
                await reading.CancelAsync().ConfigureAwait(false);
            await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        byte[] answer = await asking.ConfigureAwait(false);
        if (isLive && call.Error is { } error)
            ExceptionDispatchInfo.Throw(error); // Nothing stale can follow half of another answer.
        if (isLive || call.Response is not null)
            yield break;
        if (Served(answer, call, began) is { } served)
        {
            foreach (ChatResponseUpdate update in served.ToChatResponseUpdates())
                yield return update;
            yield break;
        }

        await cache.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
        _counters.Bypassed();
        await foreach (ChatResponseUpdate update in InnerClient.GetStreamingResponseAsync(prompt, options, cancellationToken).ConfigureAwait(false))
            yield return update;
    }

    private async Task<byte[]> AskAsync(ICache cache, string key, StreamedCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await cache.GetOrSetAsync(key, call, ProviderCall.Factory, options: _streamed, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            call.Complete();
        }
    }
}
