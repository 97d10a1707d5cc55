using Larder.Shared;

namespace Larder.PostgreSql.Coherence;

/// <summary>Puts together keys that were too long for one notification.</summary>
/// <remarks>
/// The server delivers the notifications of a transaction together and in their order, so that the parts of one key come one
/// after the other. What is not whole when another key begins never will be; and because nobody knows what it was, everything
/// may have changed. Used by one thread at a time.
/// </remarks>
internal sealed class ChangeParts
{
    private readonly List<string> _parts = [];
    private string _mark = "";

    /// <summary>Takes the next message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="key">The key that is now whole, if <paramref name="outcome"/> says so.</param>
    /// <param name="outcome">Whether the key is whole.</param>
    public void Add(in ChangeMessage message, out string key, out Outcome outcome)
    {
        key = "";
        if (message.Parts == 1)
        {
            outcome = Forget() ? Outcome.Torn : Read(message.Words, out key);
            return;
        }

        if (message.Part == 1)
        {
            outcome = Forget() ? Outcome.Torn : Outcome.Partial;
            _mark = message.Mark;
        }
        else if (_mark != message.Mark || _parts.Count != message.Part - 1)
        {
            Forget();
            outcome = Outcome.Torn;
            return;
        }
        else
        {
            outcome = Outcome.Partial;
        }

        _parts.Add(message.Words);
        if (message.Part < message.Parts)
            return;
        string words = string.Concat(_parts);
        Forget();
        outcome = Read(words, out key);
    }

    /// <summary>A new connection begins anew.</summary>
    /// <returns>Whether there was something incomplete.</returns>
    public bool Forget()
    {
        bool was = _parts.Count > 0;
        _parts.Clear();
        _mark = "";
        return was;
    }

    private static Outcome Read(string words, out string key)
    {
        key = "";
        byte[] bytes = new byte[(words.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(words, bytes, out int length) && Wtf8.TryRead(bytes.AsSpan(0, length), out key) ? Outcome.Whole : Outcome.Foreign;
    }

    internal enum Outcome
    {
        /// <summary>There is a key.</summary>
        Whole,

        /// <summary>More is to come.</summary>
        Partial,

        /// <summary>It is no key of ours.</summary>
        Foreign,

        /// <summary>Something is missing.</summary>
        Torn,
    }
}
