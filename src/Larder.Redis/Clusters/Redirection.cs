using System.Globalization;

namespace Larder.Redis.Clusters;

/// <summary>Where a cluster sends a command: <c>MOVED 3999 127.0.0.1:6381</c> or <c>ASK …</c>.</summary>
/// <param name="Slot">The key's slot.</param>
/// <param name="Target">Who has it. An empty host means the server that said so.</param>
internal readonly record struct Redirection(int Slot, ServerAddress Target)
{
    public static Redirection Parse(string error, ServerAddress sender)
    {
        string[] words = error.Split(' ');
        if (words.Length >= 3 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int slot) && slot < Keys.HashSlot.Count)
        {
            string target = words[2];
            int colon = target.LastIndexOf(':');
            if (colon == 0)
                target = sender.Host + target;
            else if (colon > 0 && target[..colon].Contains(':', StringComparison.Ordinal) && !target.StartsWith('['))
                target = $"[{target[..colon]}]{target[colon..]}"; // Servers write IPv6 without brackets.
            try
            {
                return new Redirection(slot, ServerAddress.Parse(target));
            }
            catch (FormatException malformed)
            {
                throw new RedisProtocolException($"The redirection '{error}' names no address.", malformed);
            }
        }

        throw new RedisProtocolException($"The redirection '{error}' is malformed.");
    }
}
