using System.Buffers;

namespace Larder;

/// <summary>Turns values into bytes and back, for stores, snapshots and clones.</summary>
/// <remarks>
/// Implementations are safe for concurrent use. Reading is given bytes that may be damaged or hostile: it may
/// throw anything (the cache counts it and treats the entry as a miss), must never instantiate a type that the
/// type argument does not name, and must allocate no more than the payload warrants. It must not keep the payload:
/// its memory is used again after the call.
/// </remarks>
public interface ICacheSerializer
{
    /// <summary>Identifies the format in stored entries; an entry written with another id is a miss. 1 to 15 are Larder's own; use 16 to 255.</summary>
    byte Id { get; }

    /// <summary>Writes a value, which may be <see langword="null"/>.</summary>
    void Serialize<T>(T value, IBufferWriter<byte> output);

    /// <summary>Reads a value.</summary>
    T Deserialize<T>(ReadOnlyMemory<byte> payload);
}
