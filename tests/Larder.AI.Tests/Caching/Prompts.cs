using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Caching;

internal static class Prompts
{
    public static ChatMessage[] Ask(string text) => [new(ChatRole.System, "You are terse."), new(ChatRole.User, text)];

    public static async Task<string> TextOfAsync(this IAsyncEnumerable<ChatResponseUpdate> updates)
    {
        string text = "";
        await foreach (ChatResponseUpdate update in updates)
            text += update.Text;
        return text;
    }
}
