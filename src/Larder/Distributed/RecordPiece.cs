using System.Buffers;

namespace Larder.Distributed;

/// <summary>One of the pieces that a record is written from.</summary>
internal sealed class RecordPiece : ReadOnlySequenceSegment<byte>
{
    public RecordPiece(ReadOnlyMemory<byte> bytes) => Memory = bytes;

    public RecordPiece Append(ReadOnlyMemory<byte> bytes)
    {
        var next = new RecordPiece(bytes) { RunningIndex = RunningIndex + Memory.Length };
        Next = next;
        return next;
    }
}
