using Larder.AI;
using Larder.AI.Answers;
using Larder.AI.Diagnostics;
using Larder.AI.Keys;
using Microsoft.Extensions.AI;

namespace Larder;

/// <summary>
/// A chat client that asks the one behind it only what it has not been asked before. Equal prompts asked at once are one
/// request, whether they are streamed or not, in this process and, with a store that grants leases, in all.
/// </summary>
/// <remarks>
/// <para>Two prompts are equal when model, messages and options are, by the canonical encoding of
/// <see cref="CacheKeyWriter"/>. What cannot be part of a key goes to the provider past the cache: a conversation that
/// the server keeps, options with a raw representation, tools that the provider runs itself.</para>
/// <para>Kept are answers that came to their own end. A refusal, an answer that was cut off by length or filter, tool
/// calls that cannot be made, an answer for which a function was run behind this client, an answer asked for as JSON that
/// is none, and an error are never kept; they reach whoever waited for them. When the provider fails, an answer that is no longer fresh stands in for
/// <see cref="ChatCacheOptions.Grace"/>.</para>
/// <para>A served answer is the caller's own copy, without <see cref="ChatResponse.RawRepresentation"/>.
/// <see cref="ChatClientLarderExtensions.GetOrigin"/> tells it from the provider's.</para>
/// </remarks>
public sealed partial class LarderChatClient : DelegatingChatClient
{
    private readonly ICache _cache;
    private readonly ChatCacheOptions _options;
    private readonly EntryOptions _whole;
    private readonly EntryOptions _streamed;
    private readonly ChatClientMetadata? _metadata;
    private readonly ChatCounters _counters = new();

    /// <summary>Puts a cache in front of a client.</summary>
    /// <param name="client">The client that asks the provider; disposed with this one.</param>
    /// <param name="cache">Where answers are kept: a cache, or the handle of a collection or scope of one. Not disposed.</param>
    /// <param name="options">How they are kept; copied. <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="client"/> or <paramref name="cache"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public LarderChatClient(IChatClient client, ICache cache, ChatCacheOptions? options = null)
        : base(client)
    {
        ArgumentNullException.ThrowIfNull(cache);
        _cache = cache;
        _options = (options ?? new ChatCacheOptions()) with { };
        ChatCacheOptionsValidation.Validate(_options);
        // No jitter: an answer's age alone tells whether it is stale.
        _whole = new EntryOptions { Ttl = _options.Ttl, Grace = _options.Grace, Jitter = TimeSpan.Zero };
        // What has been handed on cannot be taken back, so a stream is neither begun again nor given up for a stale answer.
        _streamed = _whole with { Retry = RetryOptions.None, SoftTimeout = Timeout.InfiniteTimeSpan, HardTimeout = Timeout.InfiniteTimeSpan };
        _metadata = client.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;
    }

    /// <summary>What this client has done so far: hits, and the tokens and the time that they saved.</summary>
    public ChatCacheStatistics Statistics => _counters.Counts;

    /// <summary>Answers from the cache, or asks the provider.</summary>
    /// <param name="messages">The prompt.</param>
    /// <param name="options">What it is asked with.</param>
    /// <param name="cancellationToken">Ends this caller's wait; the request goes on while anybody else waits for it.</param>
    /// <exception cref="InvalidOperationException">The scope needs a context, and none is ambient.</exception>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ChatMessage[] prompt = [.. messages];
        ICache cache = Partition();
        if (PromptKey.Of(prompt, options, _metadata, _options.Source) is not { } key)
        {
            _counters.Bypassed();
            return await InnerClient.GetResponseAsync(prompt, options, cancellationToken).ConfigureAwait(false);
        }

        long began = _options.TimeProvider.GetTimestamp();
        var call = new WholeCall(InnerClient, prompt, options?.Clone(), _options, _counters);
        byte[] answer = await cache.GetOrSetAsync(key, call, ProviderCall.Factory, options: _whole, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (call.Response is { } own)
            return own;
        if (Served(answer, call, began) is { } served)
            return served;

        // What the cache has is no answer: the one that another caller waited for cannot be copied, or the bytes are damaged.
        await cache.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
        _counters.Bypassed();
        return await InnerClient.GetResponseAsync(prompt, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets the answer to a prompt, in the partition of this call. A request that is under way for it is not kept.</summary>
    /// <param name="messages">The prompt.</param>
    /// <param name="options">What it was asked with.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="InvalidOperationException">The scope needs a context, and none is ambient.</exception>
    public async ValueTask<bool> ForgetAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return PromptKey.Of([.. messages], options, _metadata, _options.Source) is { } key
            && await Partition().RemoveAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps an answer to a prompt as if the provider had just given it: one that was repaired, say, or written by a person.</summary>
    /// <param name="messages">The prompt.</param>
    /// <param name="options">What it is asked with.</param>
    /// <param name="response">The answer. It has to be whole, and to pass <see cref="ChatCacheOptions.ShouldCache"/>.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    /// <returns>Whether it was kept; not when the prompt cannot be a key, or the answer is none to be kept.</returns>
    /// <exception cref="InvalidOperationException">The scope needs a context, and none is ambient.</exception>
    public async ValueTask<bool> KeepAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, ChatResponse response, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(response);
        ICache cache = Partition();
        if (PromptKey.Of([.. messages], options, _metadata, _options.Source) is not { } key)
            return false;
        byte[] answer = AnswerCodec.Encode(new Answer(response, _options.TimeProvider.GetUtcNow(), TimeSpan.Zero));
        if (!AnswerCheck.IsToBeKept(answer, options, response, _options))
            return false;
        await cache.SetAsync(key, answer, options: _whole, cancellationToken: cancellationToken).ConfigureAwait(false);
        return true;
    }

    private ICache Partition() => _options.Scope is { } scope ? _cache.For(scope) : _cache;

    private ChatResponse? Served(byte[] answer, ProviderCall call, long began)
    {
        if (!AnswerCodec.TryDecode(answer, out Answer kept))
            return null;
        ChatResponse response = kept.Response;
        TimeProvider time = _options.TimeProvider;
        bool isStale = call.Error is not null || (_options.Ttl != Timeout.InfiniteTimeSpan && time.GetUtcNow() - kept.At > _options.Ttl);
        _counters.Served(response.Usage, kept.Duration - time.GetElapsedTime(began), isStale);
        response.AdditionalProperties ??= [];
        response.AdditionalProperties[ChatClientLarderExtensions.OriginProperty] = isStale ? nameof(ChatAnswerOrigin.Stale) : nameof(ChatAnswerOrigin.Cache);
        return response;
    }
}
