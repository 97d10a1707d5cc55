using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Larder.MongoDB.Wire;

/// <summary>What every message begins with.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MessageHeader(int Length, int RequestId, int ResponseTo, int OpCode)
{
    /// <summary>Its bytes on the wire.</summary>
    public const int Size = 4 * sizeof(int);

    /// <summary>The only message that servers have spoken since MongoDB 5.1, but for the first greeting.</summary>
    public const int OpMsg = 2013;

    /// <summary>What a server takes and gives at most.</summary>
    public const int MaxMessageBytes = 48_000_000;

    /// <summary>Reads a header.</summary>
    /// <exception cref="MongoDbProtocolException">Its length is no message's.</exception>
    public static MessageHeader Read(ReadOnlySpan<byte> bytes, int maxMessageBytes = MaxMessageBytes)
    {
        var header = new MessageHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));
        return header.Length >= Size && header.Length <= maxMessageBytes
            ? header
            : throw new MongoDbProtocolException($"A message says that it has {header.Length} bytes; it must have {Size} to {maxMessageBytes}.");
    }

    /// <summary>Writes a header.</summary>
    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], RequestId);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], ResponseTo);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], OpCode);
    }
}
