using Larder.AI.Answers;
using Larder.AI.Diagnostics;
using Microsoft.Extensions.AI;

namespace Larder.AI;

/// <summary>What one caller would do on a miss: ask the provider, and decide whether the answer is kept.</summary>
internal abstract class ProviderCall(IReadOnlyList<ChatMessage> messages, ChatOptions? options, ChatCacheOptions cacheOptions, ChatCounters counters)
{
    private ChatResponse? _response;
    private Exception? _error;

    /// <summary>The factory: given to the cache, which runs it for one of those who ask the same at once.</summary>
    public static readonly Func<ProviderCall, EntryContext, CancellationToken, ValueTask<byte[]>> Factory =
        static (call, entry, cancellationToken) => call.RunAsync(entry, cancellationToken);

    /// <summary>The provider's answer, when this call was the one that asked and was answered.</summary>
    public ChatResponse? Response => Volatile.Read(ref _response);

    /// <summary>The provider's error, when this call was the one that asked and failed.</summary>
    public Exception? Error => Volatile.Read(ref _error);

    /// <summary>What is asked.</summary>
    protected IReadOnlyList<ChatMessage> Messages => messages;

    /// <summary>What it is asked with.</summary>
    protected ChatOptions? Options => options;

    /// <summary>Asks the provider.</summary>
    protected abstract Task<ChatResponse> AskAsync(CancellationToken cancellationToken);

    private async ValueTask<byte[]> RunAsync(EntryContext entry, CancellationToken cancellationToken)
    {
        TimeProvider time = cacheOptions.TimeProvider;
        long began = time.GetTimestamp();
        ChatResponse response;
        try
        {
            response = await AskAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Volatile.Write(ref _error, error);
            if (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                counters.Failed(); // That everybody gave up is no failure of the provider.
            throw;
        }

        TimeSpan duration = time.GetElapsedTime(began);
        byte[] answer = AnswerCodec.Encode(new Answer(response, time.GetUtcNow(), duration));
        bool isKept = AnswerCheck.IsToBeKept(answer, options, response, cacheOptions);
        entry.DoNotCache = !isKept;
        counters.Answered(response.Usage, duration, isKept);
        Volatile.Write(ref _response, response);
        return answer;
    }
}
