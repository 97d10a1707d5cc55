using System.Buffers;

namespace Larder.Serialization;

/// <summary>Collects bytes in an array of the shared pool, up to a limit. For one thread; give it back with <see cref="Dispose"/>.</summary>
internal sealed class PooledBufferWriter : IBufferWriter<byte>, IDisposable
{
    private const int MinCapacity = 256;

    private readonly int _limit;
    private byte[] _buffer;

    /// <param name="capacity">How many bytes to begin with.</param>
    /// <param name="limit">The most bytes that may be written; going over it throws.</param>
    public PooledBufferWriter(int capacity = MinCapacity, int limit = int.MaxValue)
    {
        _limit = limit;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, MinCapacity));
    }

    /// <summary>How many bytes have been written. Never more than the limit.</summary>
    public int WrittenCount { get; private set; }

    /// <summary>What has been written; valid until the next write or <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, WrittenCount);

    /// <inheritdoc cref="WrittenMemory"/>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, WrittenCount);

    /// <exception cref="InvalidOperationException">The limit is exceeded.</exception>
    public void Advance(int count)
    {
        if ((uint)count > (uint)(_buffer.Length - WrittenCount))
            throw new ArgumentOutOfRangeException(nameof(count), count, "More bytes were written than there was room for.");
        if (count > _limit - WrittenCount)
            throw new InvalidOperationException($"The payload is larger than {_limit:N0} bytes (MaxPayloadBytes).");
        WrittenCount += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(WrittenCount);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(WrittenCount);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        WrittenCount = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    // Not bounded by the limit: a serializer may ask for its worst case and then use little of it.
    private void Reserve(int sizeHint)
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int wanted = Math.Max(sizeHint, 1);
        if (wanted <= _buffer.Length - WrittenCount)
            return;

        long capacity = Math.Max((long)WrittenCount + wanted, Math.Min(2L * _buffer.Length, Array.MaxLength));
        if (capacity > Array.MaxLength)
            throw new InvalidOperationException($"The payload needs {capacity:N0} bytes at once; an array has {Array.MaxLength:N0} at most.");
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)capacity);
        WrittenSpan.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
