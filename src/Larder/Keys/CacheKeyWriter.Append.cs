using System.Collections;
using System.Numerics;
using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder;

/// <content>Which type is written how.</content>
public ref partial struct CacheKeyWriter
{
    /// <summary>Appends a value of any type that can be part of a key.</summary>
    /// <remarks>
    /// Those are: the primitives, <see cref="decimal"/>, <see cref="Half"/>, <see cref="Int128"/>, <see cref="BigInteger"/>,
    /// text, enums, <see cref="Guid"/>, <see cref="Uri"/>, the date and time types, bytes, nullables and tuples of these,
    /// arrays, lists, sets and dictionaries of these, and types that implement <see cref="ICacheKeyPart"/>. A value is
    /// written by its own type, not by <typeparamref name="T"/>. The usual value types are not boxed.
    /// </remarks>
    /// <exception cref="NotSupportedException">The value, or one inside it, is of another type, or values are nested more than 64 deep.</exception>
    public void Append<T>(T value)
    {
        // Each test of T is decided when the code for a value type is compiled; only one branch is left of all.
        if (!typeof(T).IsValueType)
        {
            if (value is string text)
                WriteText("/s", text);
            else
                AppendObject(value);
        }
        else if (typeof(T) == typeof(int))
            WriteInt32(Unsafe.As<T, int>(ref value));
        else if (typeof(T) == typeof(long))
            WriteInt64(Unsafe.As<T, long>(ref value));
        else if (typeof(T) == typeof(Guid))
            WriteGuid(Unsafe.As<T, Guid>(ref value));
        else if (typeof(T) == typeof(bool))
            WriteBoolean(Unsafe.As<T, bool>(ref value));
        else if (typeof(T) == typeof(char))
            WriteChar(Unsafe.As<T, char>(ref value));
        else if (typeof(T) == typeof(double))
            WriteDouble(Unsafe.As<T, double>(ref value));
        else if (typeof(T) == typeof(decimal))
            WriteDecimal(Unsafe.As<T, decimal>(ref value));
        else if (typeof(T) == typeof(DateTime))
            WriteDateTime(Unsafe.As<T, DateTime>(ref value));
        else if (typeof(T) == typeof(DateTimeOffset))
            WriteDateTimeOffset(Unsafe.As<T, DateTimeOffset>(ref value));
        else if (typeof(T) == typeof(DateOnly))
            WriteFormatted("/date_", Unsafe.As<T, DateOnly>(ref value), 10, "yyyy-MM-dd");
        else if (typeof(T) == typeof(int?))
            AppendNullable(Unsafe.As<T, int?>(ref value));
        else if (typeof(T) == typeof(long?))
            AppendNullable(Unsafe.As<T, long?>(ref value));
        else if (typeof(T) == typeof(bool?))
            AppendNullable(Unsafe.As<T, bool?>(ref value));
        else if (typeof(T) == typeof(Guid?))
            AppendNullable(Unsafe.As<T, Guid?>(ref value));
        else if (typeof(T) == typeof(float))
            WriteSingle(Unsafe.As<T, float>(ref value));
        else if (typeof(T) == typeof(byte))
            WriteFormatted("/u8_", Unsafe.As<T, byte>(ref value), 3);
        else if (typeof(T) == typeof(sbyte))
            WriteFormatted("/i8_", Unsafe.As<T, sbyte>(ref value), 4);
        else if (typeof(T) == typeof(short))
            WriteFormatted("/i16_", Unsafe.As<T, short>(ref value), 6);
        else if (typeof(T) == typeof(ushort))
            WriteFormatted("/u16_", Unsafe.As<T, ushort>(ref value), 5);
        else if (typeof(T) == typeof(uint))
            WriteFormatted("/u32_", Unsafe.As<T, uint>(ref value), 10);
        else if (typeof(T) == typeof(ulong))
            WriteFormatted("/u64_", Unsafe.As<T, ulong>(ref value), 20);
        else if (typeof(T) == typeof(TimeOnly))
            WriteFormatted("/time_", Unsafe.As<T, TimeOnly>(ref value), 14, "HHmmss.FFFFFFF");
        else if (typeof(T) == typeof(TimeSpan))
            WriteFormatted("/ticks_", Unsafe.As<T, TimeSpan>(ref value).Ticks, 20);
        else if (typeof(T).IsEnum)
            WriteEnum(value);
        else if (value is ICacheKeyPart)
            AppendPart(value);
        else
            AppendObject(value);
    }

    private void AppendNullable<T>(T? value)
        where T : struct
    {
        if (value.HasValue)
            Append(value.GetValueOrDefault());
        else
            WriteNull();
    }

    // The constrained call does not box a value type.
    private void AppendPart<T>(T value)
    {
        BeginObject(TypeName.Of(value!.GetType()));
        int depth = _depth;
        ((ICacheKeyPart)value).WriteTo(ref this);
        if (_depth != depth)
            throw new InvalidOperationException($"{value.GetType()}.WriteTo did not end what it began, or ended what it did not begin.");
        End();
    }

    private void AppendObject(object? value)
    {
        switch (value)
        {
            case null: WriteNull(); break;
            case string text: WriteText("/s", text); break;
            case int x: WriteInt32(x); break;
            case long x: WriteInt64(x); break;
            case bool x: WriteBoolean(x); break;
            case char x: WriteChar(x); break;
            case double x: WriteDouble(x); break;
            case float x: WriteSingle(x); break;
            case Half x: WriteHalf(x); break;
            case decimal x: WriteDecimal(x); break;
            case Guid x: WriteGuid(x); break;
            case DateTime x: WriteDateTime(x); break;
            case DateTimeOffset x: WriteDateTimeOffset(x); break;
            case DateOnly x: WriteFormatted("/date_", x, 10, "yyyy-MM-dd"); break;
            case TimeOnly x: WriteFormatted("/time_", x, 14, "HHmmss.FFFFFFF"); break;
            case TimeSpan x: WriteFormatted("/ticks_", x.Ticks, 20); break;
            case byte x: WriteFormatted("/u8_", x, 3); break;
            case ushort x: WriteFormatted("/u16_", x, 5); break;
            case uint x: WriteFormatted("/u32_", x, 10); break;
            case ulong x: WriteFormatted("/u64_", x, 20); break;
            case UInt128 x: WriteFormatted("/u128_", x, 40); break;
            case nuint x: WriteFormatted("/un_", x, 20); break;
            case sbyte x: WriteFormatted("/i8_", x, 4); break;
            case short x: WriteFormatted("/i16_", x, 6); break;
            case Int128 x: WriteFormatted("/i128_", x, 40); break;
            case nint x: WriteFormatted("/in_", x, 20); break;
            case BigInteger x: WriteBigInteger(x); break;
            case Enum x: WriteEnum(x); break;
            case Uri x: WriteUri(x); break;
            case ICacheKeyPart x: AppendPart(x); break;
            case ReadOnlyMemory<char> x: WriteText("/s", x.Span); break;
            case Memory<char> x: WriteText("/s", x.Span); break;
            case ReadOnlyMemory<byte> x: WriteBytes(x.Span); break;
            case Memory<byte> x: WriteBytes(x.Span); break;
            case ArraySegment<byte> x: WriteBytes(x); break;

            // To the runtime, an array of signed bytes or of a byte enum is an array of bytes, too.
            case byte[] x when x.GetType() == typeof(byte[]): WriteBytes(x); break;
            case ITuple x: AppendTuple(x); break;
            case IDictionary x: AppendDictionary(x); break;
            case IList x when x is not Array { Rank: > 1 }: AppendList(x); break;
            case IEnumerable x when CollectionKind.IsSet(x.GetType()): AppendSet(x); break;
            default: throw KeyPartError.Unsupported(value);
        }
    }
}
