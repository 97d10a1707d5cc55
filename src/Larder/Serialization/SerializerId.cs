namespace Larder.Serialization;

/// <summary>The serializer ids that Larder keeps for itself (1 to 15). They are part of the stored format: never change or reuse one.</summary>
internal static class SerializerId
{
    /// <summary>No payload: the value is <see langword="null"/>.</summary>
    public const byte None = 0;

    public const byte Json = 1;

    public const byte MessagePack = 2;

    /// <summary>Bytes as they are: <c>byte[]</c> and <see cref="ReadOnlyMemory{T}"/> of byte.</summary>
    public const byte Bytes = 3;

    /// <summary>A string as UTF-8.</summary>
    public const byte Utf8 = 4;

    /// <summary>A string as UTF-16, little-endian: one with a lone surrogate, which UTF-8 cannot say.</summary>
    public const byte Utf16 = 5;

    /// <summary>One byte that says whose it is, then what a serializer registered for HybridCache, or the cache's own, has written.</summary>
    public const byte HybridCache = 6;

    public const byte LastReserved = 15;
}
