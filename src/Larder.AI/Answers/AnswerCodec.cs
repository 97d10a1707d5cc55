using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace Larder.AI.Answers;

/// <summary>
/// An answer as bytes: UTF-8 JSON, <c>{"at": when it came, "ms": how long the provider took, "response": the answer}</c>. Bytes are kept by a
/// cache as they are, whatever its serializer; and every caller gets an answer of its own, which it may change.
/// </summary>
/// <remarks>Only the types that the contract of <see cref="ChatResponse"/> declares are ever read.</remarks>
internal static class AnswerCodec
{
    private static readonly JsonTypeInfo<ChatResponse> Contract = (JsonTypeInfo<ChatResponse>)AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ChatResponse));

    /// <summary>Encodes an answer.</summary>
    /// <returns>The bytes; none when the answer holds something that has no JSON contract.</returns>
    public static byte[] Encode(in Answer answer)
    {
        var output = new ArrayBufferWriter<byte>();
        try
        {
            using var writer = new Utf8JsonWriter(output);
            writer.WriteStartObject();
            writer.WriteString("at", answer.At);
            writer.WriteNumber("ms", answer.Duration.TotalMilliseconds);
            writer.WritePropertyName("response");
            JsonSerializer.Serialize(writer, answer.Response, Contract);
            writer.WriteEndObject();
        }
        catch (Exception error) when (error is NotSupportedException or JsonException or InvalidOperationException)
        {
            return [];
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Decodes an answer.</summary>
    /// <returns><see langword="false"/> when the bytes are not one.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Answer answer)
    {
        answer = default;
        try
        {
            var reader = new Utf8JsonReader(bytes);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                answer = Read(ref reader, answer);
            return answer.Response is not null;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            return false;
        }
    }

    private static Answer Read(ref Utf8JsonReader reader, in Answer answer)
    {
        string? property = reader.GetString();
        reader.Read();
        switch (property)
        {
            case "at":
                return answer with { At = reader.GetDateTimeOffset() };
            case "ms":
                return answer with { Duration = TimeSpan.FromMilliseconds(reader.GetDouble()) };
            case "response":
                return answer with { Response = JsonSerializer.Deserialize(ref reader, Contract)! };
            default:
                reader.Skip();
                return answer;
        }
    }
}
