using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Larder.Serialization;

/// <summary>The types that are stored unwrapped: <c>string</c>, <c>byte[]</c> and <c>ReadOnlyMemory&lt;byte&gt;</c>.</summary>
internal static class RawPayload
{
    /// <summary>Whether values of this type never meet a serializer.</summary>
    public static bool Is<T>() => typeof(T) == typeof(string) || IsBytes<T>();

    /// <summary>Whether values of this type are bytes.</summary>
    public static bool IsBytes<T>() => typeof(T) == typeof(byte[]) || typeof(T) == typeof(ReadOnlyMemory<byte>);

    /// <summary>The bytes of a value, for which <see cref="IsBytes{T}"/> holds.</summary>
    public static ReadOnlyMemory<byte> BytesOf<T>(T value) => typeof(T) == typeof(byte[])
        ? (byte[])(object)value!
        : (ReadOnlyMemory<byte>)(object)value!;

    /// <summary>Writes a string as UTF-8, or as UTF-16 when UTF-8 cannot say it.</summary>
    /// <returns>The serializer id of the form written.</returns>
    public static byte WriteString(string text, PooledBufferWriter output)
    {
        Span<byte> room = output.GetSpan(Encoding.UTF8.GetByteCount(text));
        if (Utf8.FromUtf16(text, room, out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done)
        {
            output.Advance(written);
            return SerializerId.Utf8;
        }

        int bytes = checked(text.Length * sizeof(char));
        Utf16LittleEndian.Write(text, output.GetSpan(bytes));
        output.Advance(bytes);
        return SerializerId.Utf16;
    }

    /// <summary>Whether an entry with this serializer id can be read as a <typeparamref name="T"/>, for which <see cref="Is{T}"/> holds.</summary>
    public static bool Reads<T>(byte serializerId) => typeof(T) == typeof(string)
        ? serializerId is SerializerId.Utf8 or SerializerId.Utf16
        : serializerId == SerializerId.Bytes;

    /// <summary>Makes a value of a payload; it shares no memory with it.</summary>
    /// <returns><see langword="false"/> when the payload is not what its id says.</returns>
    public static bool TryRead<T>(byte serializerId, ReadOnlySpan<byte> payload, [MaybeNullWhen(false)] out T value)
    {
        if (typeof(T) == typeof(byte[]))
        {
            value = (T)(object)payload.ToArray();
            return true;
        }

        if (typeof(T) == typeof(ReadOnlyMemory<byte>))
        {
            value = (T)(object)new ReadOnlyMemory<byte>(payload.ToArray());
            return true;
        }

        string? text = serializerId == SerializerId.Utf16 ? Utf16LittleEndian.Read(payload)
            : Utf8.IsValid(payload) ? Encoding.UTF8.GetString(payload)
            : null;
        value = (T?)(object?)text;
        return text is not null;
    }
}
