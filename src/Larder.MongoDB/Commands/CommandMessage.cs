using System.Buffers;
using System.Buffers.Binary;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Wire;

namespace Larder.MongoDB.Commands;

/// <summary>Makes a message of a command: what the connection has to say is added, and statements stand beside the body.</summary>
internal static class CommandMessage
{
    /// <param name="command">The command. The message holds slices of it.</param>
    /// <param name="additions">Fields to be added.</param>
    public static OpMsg Make(ReadOnlyMemory<byte> command, BsonDocument additions)
    {
        var body = new ArrayBufferWriter<byte>();
        body.Advance(Length(body));
        DocumentSequence? sequence = null;
        var scan = new BsonScan(command.Span);
        while (scan.Next())
        {
            if (scan.Type == BsonType.Array && sequence is null && SequenceName(scan.Name) is { } name)
                sequence = new DocumentSequence(name, Documents(command.Slice(scan.ValueOffset, scan.Value.Length)));
            else
                body.Write(scan.Element);
        }

        // A document's fields, without its length.
        body.Write(BsonWriter.ToArray(additions).AsSpan(sizeof(int)));
        byte[] bytes = body.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        return new OpMsg(OpMsgFlags.None, bytes, sequence is { } one ? [one] : []);
    }

    private static int Length(ArrayBufferWriter<byte> body)
    {
        body.GetSpan(sizeof(int));
        return sizeof(int);
    }

    private static string? SequenceName(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("updates"u8) ? "updates" : name.SequenceEqual("deletes"u8) ? "deletes" : name.SequenceEqual("documents"u8) ? "documents" : null;

    private static List<ReadOnlyMemory<byte>> Documents(ReadOnlyMemory<byte> array)
    {
        var documents = new List<ReadOnlyMemory<byte>>();
        var scan = new BsonScan(array.Span);
        while (scan.Next())
            documents.Add(array.Slice(scan.ValueOffset, scan.Value.Length));
        return documents;
    }
}
