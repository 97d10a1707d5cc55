using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Larder.Serialization;

/// <summary>Compresses payloads, and decompresses them without believing anything that they say about their size.</summary>
internal static class PayloadCompression
{
    /// <summary>Brotli's default window: 4 MiB.</summary>
    private const int BrotliWindowBits = 22;

    /// <summary>How much room a decompression step asks for at least.</summary>
    private const int StepBytes = 4096;

    /// <summary>Compresses a payload.</summary>
    /// <returns><see langword="false"/> when that would not make it smaller; <paramref name="output"/> is of no use then.</returns>
    public static bool TryCompress(ReadOnlySpan<byte> payload, CompressionOptions options, PooledBufferWriter output)
    {
        int mostBytes = payload.Length - 1;
        return mostBytes > 0 && options.Algorithm switch
        {
            CompressionAlgorithm.Brotli => TryCompressBrotli(payload, options.Level, output, mostBytes),
            CompressionAlgorithm.Deflate => TryCompressDeflate(payload, options.Level, output, mostBytes),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Algorithm, "Not a compression algorithm."),
        };
    }

    /// <summary>Decompresses a payload in steps, each into room that the bytes before it have earned by doubling.</summary>
    public static DecodeOutcome TryDecompress(CompressionAlgorithm algorithm, ReadOnlyMemory<byte> payload, int maxBytes, PooledBufferWriter output)
    {
        // Nothing is the compressed form of nothing, though DeflateStream takes it for an empty stream.
        if (payload.IsEmpty)
            return DecodeOutcome.Malformed;
        return algorithm == CompressionAlgorithm.Brotli
            ? TryDecompressBrotli(payload.Span, maxBytes, output)
            : TryDecompressDeflate(payload, maxBytes, output);
    }

    private static bool TryCompressBrotli(ReadOnlySpan<byte> payload, CompressionLevel level, PooledBufferWriter output, int mostBytes)
    {
        // The qualities that BrotliStream uses for these levels.
        int quality = level switch
        {
            CompressionLevel.Fastest => 1,
            CompressionLevel.SmallestSize => 11,
            _ => 4,
        };
        if (!BrotliEncoder.TryCompress(payload, output.GetSpan(mostBytes)[..mostBytes], out int written, quality, BrotliWindowBits))
            return false;
        output.Advance(written);
        return true;
    }

    private static bool TryCompressDeflate(ReadOnlySpan<byte> payload, CompressionLevel level, PooledBufferWriter output, int mostBytes)
    {
        using var sink = new BoundedWriteStream(output, mostBytes);
        using (var deflate = new DeflateStream(sink, level, leaveOpen: true))
            deflate.Write(payload);
        return !sink.Overflowed;
    }

    private static DecodeOutcome TryDecompressBrotli(ReadOnlySpan<byte> source, int maxBytes, PooledBufferWriter output)
    {
        using var decoder = default(BrotliDecoder);
        while (true)
        {
            OperationStatus status = decoder.Decompress(source, RoomFor(maxBytes, output), out int consumed, out int written);
            source = source[consumed..];
            output.Advance(written);
            if (output.WrittenCount > maxBytes)
                return DecodeOutcome.TooLarge;
            switch (status)
            {
                case OperationStatus.Done:
                    return source.IsEmpty ? DecodeOutcome.Ok : DecodeOutcome.Malformed;
                case OperationStatus.DestinationTooSmall:
                    continue;
                default:
                    return DecodeOutcome.Malformed;
            }
        }
    }

    private static DecodeOutcome TryDecompressDeflate(ReadOnlyMemory<byte> payload, int maxBytes, PooledBufferWriter output)
    {
        if (!MemoryMarshal.TryGetArray(payload, out ArraySegment<byte> segment))
            segment = payload.ToArray();
        using var source = new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
        using var inflate = new DeflateStream(source, CompressionMode.Decompress);
        try
        {
            while (true)
            {
                int read = inflate.Read(RoomFor(maxBytes, output));
                if (read == 0)
                    return DecodeOutcome.Ok;
                output.Advance(read);
                if (output.WrittenCount > maxBytes)
                    return DecodeOutcome.TooLarge;
            }
        }
        catch (InvalidDataException)
        {
            return DecodeOutcome.Malformed;
        }
    }

    /// <summary>Room for the next step, and for one byte more than allowed, which tells that it is too much.</summary>
    private static Span<byte> RoomFor(int maxBytes, PooledBufferWriter output)
    {
        long left = (long)maxBytes - output.WrittenCount + 1;
        int wanted = (int)Math.Min(left, StepBytes);
        Span<byte> room = output.GetSpan(wanted);
        return room.Length > left ? room[..(int)left] : room;
    }
}
