using Microsoft.Extensions.AI;

namespace Larder;

/// <summary>Puts a cache in front of a chat client.</summary>
public static class ChatClientLarderExtensions
{
    // What a served answer carries, as text, to tell where it is from; the provider's own carries nothing.
    internal const string OriginProperty = "Larder.Origin";

    /// <summary>A client that answers from the cache what it has been asked before. It disposes <paramref name="client"/> with itself, and not the cache.</summary>
    /// <param name="client">The client that asks the provider.</param>
    /// <param name="cache">Where answers are kept: a cache, or the handle of a collection or scope of one.</param>
    /// <param name="configure">Changes how they are kept.</param>
    /// <exception cref="ArgumentNullException"><paramref name="client"/> or <paramref name="cache"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public static LarderChatClient UseLarder(this IChatClient client, ICache cache, Action<ChatCacheOptions>? configure = null)
    {
        var options = new ChatCacheOptions();
        configure?.Invoke(options);
        return new LarderChatClient(client, cache, options);
    }

    /// <inheritdoc cref="UseLarder(IChatClient, ICache, Action{ChatCacheOptions}?)"/>
    /// <param name="client">The client that asks the provider.</param>
    /// <param name="cache">Where answers are kept: a cache, or the handle of a collection or scope of one.</param>
    /// <param name="options">How they are kept; copied.</param>
    public static LarderChatClient UseLarder(this IChatClient client, ICache cache, ChatCacheOptions options) => new(client, cache, options);

    /// <summary>Where an answer came from.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="response"/> is <see langword="null"/>.</exception>
    public static ChatAnswerOrigin GetOrigin(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.AdditionalProperties?.TryGetValue(OriginProperty, out object? origin) is true && Enum.TryParse(origin as string, out ChatAnswerOrigin known) ? known : ChatAnswerOrigin.Provider;
    }
}
