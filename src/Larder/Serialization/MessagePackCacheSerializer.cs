using System.Buffers;

namespace Larder.Serialization;

/// <summary>Values as MessagePack, by way of their JSON contracts.</summary>
internal sealed class MessagePackCacheSerializer(JsonContracts contracts) : ICacheSerializer
{
    public byte Id => SerializerId.MessagePack;

    public void Serialize<T>(T value, IBufferWriter<byte> output)
    {
        using var json = new PooledBufferWriter();
        contracts.Write(value, json);
        JsonToMessagePack.Transcode(json.WrittenSpan, output, contracts.MaxDepth);
    }

    public T Deserialize<T>(ReadOnlyMemory<byte> payload)
    {
        using var json = new PooledBufferWriter(payload.Length);
        MessagePackToJson.Transcode(payload.Span, json, contracts.MaxDepth);
        return contracts.Read<T>(json.WrittenSpan);
    }
}
