using System.Buffers;

namespace Larder.Serialization;

/// <summary>Values as JSON (RFC 8259), by System.Text.Json.</summary>
internal sealed class JsonCacheSerializer(JsonContracts contracts) : ICacheSerializer
{
    public byte Id => SerializerId.Json;

    public void Serialize<T>(T value, IBufferWriter<byte> output) => contracts.Write(value, output);

    public T Deserialize<T>(ReadOnlyMemory<byte> payload) => contracts.Read<T>(payload.Span);
}
