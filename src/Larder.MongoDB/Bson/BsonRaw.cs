namespace Larder.MongoDB.Bson;

/// <summary>A value of a type that the store only hands on (an object id, a decimal, code …), as its bytes on the wire.</summary>
internal sealed class BsonRaw(ReadOnlyMemory<byte> bytes)
{
    public ReadOnlyMemory<byte> Bytes => bytes;
}
