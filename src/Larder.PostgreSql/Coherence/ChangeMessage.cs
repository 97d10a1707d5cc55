using System.Globalization;

namespace Larder.PostgreSql.Coherence;

/// <summary>One notification: <c>{kind}:{sender}:{mark}:{part}:{parts}:{key, or a part of it, in base 64}</c>.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Sender">Who did it; empty where nobody has said.</param>
/// <param name="Mark">What the parts of a key have in common; empty for a key in one part.</param>
/// <param name="Part">Which part it is, from 1.</param>
/// <param name="Parts">How many there are.</param>
/// <param name="Words">The key, or the part.</param>
internal readonly record struct ChangeMessage(ChangeKind Kind, string Sender, string Mark, int Part, int Parts, string Words)
{
    // 10 MiB of key.
    private const int MostParts = 2000;

    /// <summary>Reads a payload; whatever is none is nobody's: everybody may notify.</summary>
    public static bool TryRead(string payload, out ChangeMessage message)
    {
        message = default;
        Span<Range> fields = stackalloc Range[7];
        ReadOnlySpan<char> text = payload;
        if (text.Split(fields, ':') != 6 || text[fields[0]] is not [var letter]
            || !int.TryParse(text[fields[3]], NumberStyles.None, CultureInfo.InvariantCulture, out int part)
            || !int.TryParse(text[fields[4]], NumberStyles.None, CultureInfo.InvariantCulture, out int parts)
            || parts is < 1 or > MostParts || part < 1 || part > parts || !Enum.IsDefined((ChangeKind)letter))
        {
            return false;
        }

        message = new ChangeMessage((ChangeKind)letter, text[fields[1]].ToString(), text[fields[2]].ToString(), part, parts, text[fields[5]].ToString());
        return true;
    }
}
