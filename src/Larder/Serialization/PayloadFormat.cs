using System.Runtime.InteropServices;

namespace Larder.Serialization;

/// <summary>How the payload behind a header is written.</summary>
/// <param name="SerializerId">The serializer, or <see cref="Serialization.SerializerId.None"/> for <see langword="null"/>.</param>
/// <param name="Compression">The algorithm, or <see langword="null"/> for none.</param>
/// <param name="EncryptionKeyId">The key, or <see langword="null"/> for not encrypted.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PayloadFormat(byte SerializerId, CompressionAlgorithm? Compression, uint? EncryptionKeyId)
{
    /// <summary>Whether the value is <see langword="null"/>: there is no payload then.</summary>
    public bool IsNull => SerializerId == Serialization.SerializerId.None;
}
