using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Larder.Serialization;

/// <summary>Rewrites JSON text as MessagePack.</summary>
/// <remarks>
/// <para>MessagePack says how many elements follow, JSON does not; so the text is read twice: once to count, once to
/// write. What is written reads back (<see cref="MessagePackToJson"/>) as the same JSON, byte for byte but for
/// white space and escapes.</para>
/// <para>A number becomes a MessagePack number only when that number, written as JSON, has the same text: integers
/// from -2^63 to 2^64 - 1, and what a double says exactly. Any other (<c>1.10</c>, <c>1e400</c>, a 28-digit decimal)
/// is kept as text in an extension of type <see cref="MessagePackCode.NumberText"/>: no digit is lost.</para>
/// </remarks>
internal static class JsonToMessagePack
{
    /// <summary>Room for any double's shortest text.</summary>
    private const int MaxDoubleText = 32;

    private const int StackTextBytes = 256;

    /// <param name="json">One JSON value.</param>
    /// <param name="output">Takes the MessagePack.</param>
    /// <param name="maxDepth">How deep arrays and objects may nest.</param>
    /// <exception cref="JsonException">The text is not JSON, or is too deep.</exception>
    /// <exception cref="InvalidOperationException">A string is not well-formed: it has an escaped surrogate without its partner.</exception>
    public static void Transcode(ReadOnlySpan<byte> json, IBufferWriter<byte> output, int maxDepth)
    {
        var options = new JsonReaderOptions { MaxDepth = maxDepth };
        // Or fewer, as strings may have brackets, too.
        int containers = json.Count((byte)'[') + json.Count((byte)'{');
        int[] counts = ArrayPool<int>.Shared.Rent(containers);
        int[] open = ArrayPool<int>.Shared.Rent(Math.Min(containers, maxDepth));
        try
        {
            CountElements(json, options, counts, open);
            Write(json, options, counts, new MessagePackWriter(output));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(counts);
            ArrayPool<int>.Shared.Return(open);
        }
    }

    /// <summary>Counts the elements of every array and the pairs of every object, in the order in which they begin.</summary>
    private static void CountElements(ReadOnlySpan<byte> json, JsonReaderOptions options, Span<int> counts, Span<int> open)
    {
        var reader = new Utf8JsonReader(json, options);
        int depth = 0;
        int containers = 0;
        // The count of what stands outside everything is thrown away.
        int outside = 0;
        ref int current = ref outside;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    current++;
                    open[depth++] = containers;
                    counts[containers] = 0;
                    current = ref counts[containers++];
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    depth--;
                    current = ref depth == 0 ? ref outside : ref counts[open[depth - 1]];
                    break;
                case JsonTokenType.PropertyName:
                    // Its value counts for both.
                    break;
                default:
                    current++;
                    break;
            }
        }
    }

    private static void Write(ReadOnlySpan<byte> json, JsonReaderOptions options, ReadOnlySpan<int> counts, MessagePackWriter writer)
    {
        var reader = new Utf8JsonReader(json, options);
        int containers = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteMapHeader(counts[containers++]);
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteArrayHeader(counts[containers++]);
                    break;
                case JsonTokenType.PropertyName or JsonTokenType.String:
                    WriteString(ref reader, writer);
                    break;
                case JsonTokenType.Number:
                    WriteNumber(ref reader, writer);
                    break;
                case JsonTokenType.True:
                    writer.WriteBoolean(true);
                    break;
                case JsonTokenType.False:
                    writer.WriteBoolean(false);
                    break;
                case JsonTokenType.Null:
                    writer.WriteNil();
                    break;
            }
        }
    }

    private static void WriteString(ref Utf8JsonReader reader, MessagePackWriter writer)
    {
        if (!reader.ValueIsEscaped)
        {
            writer.WriteString(reader.ValueSpan);
            return;
        }

        // Without its escapes a string is never longer.
        int size = reader.ValueSpan.Length;
        byte[]? rented = null;
        Span<byte> text = size <= StackTextBytes ? stackalloc byte[StackTextBytes] : rented = ArrayPool<byte>.Shared.Rent(size);
        int length = reader.CopyString(text);
        writer.WriteString(text[..length]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private static void WriteNumber(ref Utf8JsonReader reader, MessagePackWriter writer)
    {
        ReadOnlySpan<byte> text = reader.ValueSpan;
        // "-0" is an integer's text, but only a float has a negative zero.
        bool integer = !text.ContainsAny((byte)'.', (byte)'e', (byte)'E') && !text.SequenceEqual("-0"u8);
        if (integer && reader.TryGetInt64(out long signed))
            writer.WriteInteger(signed);
        else if (integer && reader.TryGetUInt64(out ulong unsigned))
            writer.WriteInteger(unsigned);
        else if (reader.TryGetDouble(out double value) && double.IsFinite(value) && HasText(value, text))
            writer.WriteFloat(value);
        else
            writer.WriteExtension(MessagePackCode.NumberText, text);
    }

    private static bool HasText(double value, ReadOnlySpan<byte> text)
    {
        Span<byte> shortest = stackalloc byte[MaxDoubleText];
        return value.TryFormat(shortest, out int written, default, CultureInfo.InvariantCulture) && shortest[..written].SequenceEqual(text);
    }
}
