namespace Larder.Serialization;

/// <summary>A value as its serializer has written it, to make copies from: half the work of writing it for each.</summary>
/// <typeparam name="T">What it was written as, and can be read as.</typeparam>
internal sealed class FrozenValue<T>(ReadOnlyMemory<byte> payload)
{
    public ReadOnlyMemory<byte> Payload => payload;
}
