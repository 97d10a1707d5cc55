namespace Larder.MongoDB.Bson;

/// <summary>Bytes with a subtype. Compared by reference: the bytes are not looked at.</summary>
internal sealed class BsonBinary(ReadOnlyMemory<byte> bytes, byte subtype = BsonBinary.Generic)
{
    public const byte Generic = 0;

    /// <summary>A subtype whose bytes are preceded by their length a second time.</summary>
    public const byte Old = 2;

    public const byte Uuid = 4;

    public ReadOnlyMemory<byte> Bytes => bytes;

    public byte Subtype => subtype;
}
