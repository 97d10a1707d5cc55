using System.Buffers;
using System.Text;

namespace Larder.Keys;

/// <summary>Tells texts without lone surrogates, which mean the same in every encoding, from others.</summary>
internal static class WellFormedText
{
    public static bool Is(ReadOnlySpan<char> text)
    {
        while (text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            text = text[text.IndexOfAnyInRange('\uD800', '\uDFFF')..];
            if (Rune.DecodeFromUtf16(text, out _, out int consumed) != OperationStatus.Done)
                return false;
            text = text[consumed..];
        }

        return true;
    }
}
