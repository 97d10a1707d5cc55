using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Larder.Redis.Resp;

/// <summary>The numbers of RESP3, read strictly: no blanks, no trailing bytes, no overflow.</summary>
internal static class RespNumber
{
    private static readonly SearchValues<byte> DecimalCharacters = SearchValues.Create("0123456789+-.eE"u8);

    /// <summary>A signed 64-bit integer: an optional sign and 1 to 19 digits.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        bool negative = text is [(byte)'-', ..];
        ReadOnlySpan<byte> digits = text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;
        if (digits.Length is 0 or > 19)
            return false;
        // Counted downwards: the smallest number has no positive twin.
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            int value = digit - '0';
            if (number < (long.MinValue + value) / 10)
                return false;
            number = (number * 10) - value;
        }

        if (negative)
            return true;
        if (number == long.MinValue)
            return false;
        number = -number;
        return true;
    }

    /// <summary>A double: a decimal number with optional fraction and exponent, <c>inf</c>, <c>-inf</c> or <c>nan</c>.</summary>
    public static bool TryReadDouble(ReadOnlySpan<byte> text, out double number)
    {
        if (text.SequenceEqual("inf"u8) || text.SequenceEqual("+inf"u8))
            number = double.PositiveInfinity;
        else if (text.SequenceEqual("-inf"u8))
            number = double.NegativeInfinity;
        else if (text.SequenceEqual("nan"u8) || text.SequenceEqual("-nan"u8))
            number = double.NaN;
        else
            return TryReadDecimal(text, out number);
        return true;
    }

    /// <summary>Whether the text is an integer of any length.</summary>
    public static bool IsBigNumber(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> digits = text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static bool TryReadDecimal(ReadOnlySpan<byte> text, out double number)
    {
        number = 0;
        return !text.ContainsAnyExcept(DecimalCharacters)
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
            && IsFinite(number);
    }

    private static bool IsFinite<T>(T number)
        where T : INumberBase<T> => T.IsFinite(number);
}
