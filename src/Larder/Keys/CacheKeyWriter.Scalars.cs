using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder;

/// <content>How single values are written. The tags are a persistent format.</content>
public ref partial struct CacheKeyWriter
{
    internal const string Int32Tag = "/i32_";
    internal const string Int64Tag = "/i64_";

    /// <summary>The most characters that an <see cref="int"/> or a <see cref="long"/> takes.</summary>
    internal const int MostOfNumber = 25;

    private const string DateTimeFormat = "yyyy-MM-dd'T'HHmmss.FFFFFFF";

    /// <summary>Appends text.</summary>
    /// <param name="value">The text, by its UTF-16 code units; <see langword="null"/> and <c>""</c> differ.</param>
    public void Append(string? value)
    {
        if (value is null)
            WriteNull();
        else
            WriteText("/s", value);
    }

    /// <summary>Appends a number.</summary>
    public void Append(int value) => WriteInt32(value);

    /// <summary>Appends a number.</summary>
    public void Append(long value) => WriteInt64(value);

    /// <summary>Appends an id.</summary>
    public void Append(Guid value) => WriteGuid(value);

    private void WriteNull() => Write("/null");

    private void WriteBoolean(bool value) => Write(value ? "/true" : "/false");

    private void WriteChar(char value)
    {
        Span<char> room = Reserve(4);
        "/c_".CopyTo(room);
        room[3] = value;
        _length += 4;
    }

    private void WriteInt32(int value)
    {
        Span<char> room = Reserve(16);
        Int32Tag.CopyTo(room);
        int written = SmallNumber((uint)value, room[Int32Tag.Length..]);
        if (written == 0)
            value.TryFormat(room[Int32Tag.Length..], out written, default, CultureInfo.InvariantCulture);
        _length += Int32Tag.Length + written;
    }

    // Most numbers in keys have a few digits, which take no call; 0 when it has more, or a sign.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SmallNumber(uint value, Span<char> room)
    {
        if (value >= 10_000)
            return 0;
        int digits = value < 10 ? 1 : value < 100 ? 2 : value < 1_000 ? 3 : 4;
        for (int i = digits - 1; i >= 0; i--)
        {
            room[i] = (char)('0' + (value % 10));
            value /= 10;
        }

        return digits;
    }

    private void WriteInt64(long value)
    {
        Span<char> room = Reserve(MostOfNumber);
        Int64Tag.CopyTo(room);
        value.TryFormat(room[Int64Tag.Length..], out int written, default, CultureInfo.InvariantCulture);
        _length += Int64Tag.Length + written;
    }

    // The shortest text that reads back as the same number: -0 and 0 differ, every NaN is "NaN".
    private void WriteDouble(double value) => WriteFormatted("/f64_", value, 32, "R");

    private void WriteSingle(float value) => WriteFormatted("/f32_", value, 32, "R");

    private void WriteHalf(Half value) => WriteFormatted("/f16_", value, 32, "R");

    // With its scale: 1.0 and 1.00 differ, as they do when printed.
    private void WriteDecimal(decimal value)
    {
        // The text of a negative zero is that of zero, but a function can see the sign.
        if (value == 0 && decimal.IsNegative(value))
            WriteFormatted("/dec_-", -value, 32);
        else
            WriteFormatted("/dec_", value, 32);
    }

    private void WriteBigInteger(BigInteger value)
    {
        Write("/big_");
        Write(value.ToString(CultureInfo.InvariantCulture));
    }

    private void WriteGuid(Guid value)
    {
        Span<char> room = Reserve(42);
        "/guid_".CopyTo(room);
        value.TryFormat(room[6..], out int written);
        _length += 6 + written;
    }

    private void WriteDateTime(DateTime value)
    {
        WriteFormatted("/dt_", value, 27, DateTimeFormat);
        switch (value.Kind)
        {
            case DateTimeKind.Utc:
                Write("Z");
                break;
            case DateTimeKind.Local:
                // The same local time is another moment elsewhere, and twice a year also here.
                WriteFormatted("L", (int)TimeZoneInfo.Local.GetUtcOffset(value).TotalMinutes, 11);
                break;
            default:
                Write("U");
                break;
        }
    }

    private void WriteDateTimeOffset(DateTimeOffset value)
    {
        WriteFormatted("/dto_", value.DateTime, 27, DateTimeFormat);
        WriteFormatted("O", (int)value.Offset.TotalMinutes, 11);
    }

    private void WriteUri(Uri value) => WriteText(value.IsAbsoluteUri ? "/uri" : "/rel", value.OriginalString);

    private void WriteBytes(scoped ReadOnlySpan<byte> value)
    {
        WriteFormatted("/x", value.Length, 11);
        Span<char> room = Reserve(checked((value.Length * 2) + 1));
        room[0] = '_';
        Convert.TryToHexStringLower(value, room[1..], out int written);
        _length += written + 1;
    }

    private void WriteEnum<T>(T value)
    {
        string prefix = EnumPart<T>.Prefix;
        if (EnumPart<T>.IsUnsigned)
            WriteFormatted(prefix, Unsafe.SizeOf<T>() switch
            {
                1 => Unsafe.As<T, byte>(ref value),
                2 => Unsafe.As<T, ushort>(ref value),
                4 => Unsafe.As<T, uint>(ref value),
                _ => Unsafe.As<T, ulong>(ref value),
            }, 20);
        else
            WriteFormatted(prefix, Unsafe.SizeOf<T>() switch
            {
                1 => Unsafe.As<T, sbyte>(ref value),
                2 => Unsafe.As<T, short>(ref value),
                4 => Unsafe.As<T, int>(ref value),
                _ => Unsafe.As<T, long>(ref value),
            }, 20);
    }

    private void WriteEnum(Enum value)
    {
        string prefix = EnumPart.PrefixOf(value.GetType());
        IConvertible number = value;
        if (number.GetTypeCode() == TypeCode.UInt64)
            WriteFormatted(prefix, number.ToUInt64(CultureInfo.InvariantCulture), 20);
        else
            WriteFormatted(prefix, number.ToInt64(CultureInfo.InvariantCulture), 20);
    }
}
