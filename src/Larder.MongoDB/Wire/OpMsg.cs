using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Wire;

/// <summary>
/// The message of the wire protocol
/// (https://github.com/mongodb/specifications/blob/master/source/message/OP_MSG.md): flags, one body, any number of document
/// sequences, and a checksum.
/// </summary>
/// <param name="Flags">Its flags.</param>
/// <param name="Body">The body, a BSON document.</param>
/// <param name="Sequences">What stands beside it.</param>
internal readonly record struct OpMsg(OpMsgFlags Flags, ReadOnlyMemory<byte> Body, IReadOnlyList<DocumentSequence> Sequences)
{
    private const OpMsgFlags Known = OpMsgFlags.ChecksumPresent | OpMsgFlags.MoreToCome;
    private const uint MustBeKnown = 0xFFFF;
    private const byte BodyKind = 0;
    private const byte SequenceKind = 1;

    /// <summary>Reads a whole message.</summary>
    /// <exception cref="MongoDbProtocolException">It is none.</exception>
    public static OpMsg Read(ReadOnlyMemory<byte> message)
    {
        const int FlagsEnd = MessageHeader.Size + sizeof(uint);
        if (message.Length < FlagsEnd)
            throw Invalid($"it has {message.Length} bytes");
        var flags = (OpMsgFlags)BinaryPrimitives.ReadUInt32LittleEndian(message.Span[MessageHeader.Size..]);
        if (((uint)(flags & ~Known) & MustBeKnown) != 0)
            throw Invalid($"its flags are {(uint)flags:X8}");
        ReadOnlyMemory<byte> rest = message[FlagsEnd..];
        if (flags.HasFlag(OpMsgFlags.ChecksumPresent))
        {
            CheckSum(message.Span);
            rest = rest[..^sizeof(uint)];
        }

        ReadOnlyMemory<byte>? body = null;
        List<DocumentSequence>? sequences = null;
        while (!rest.IsEmpty)
        {
            byte kind = rest.Span[0];
            rest = rest[1..];
            if (kind == BodyKind && body is null)
            {
                int length = BsonReader.LengthOfDocument(rest.Span);
                body = rest[..length];
                rest = rest[length..];
            }
            else if (kind == SequenceKind)
            {
                (sequences ??= []).Add(ReadSequence(ref rest));
            }
            else
            {
                throw Invalid(kind == BodyKind ? "it has two bodies" : $"a section is of kind {kind}");
            }
        }

        return new OpMsg(flags, body ?? throw Invalid("it has no body"), sequences ?? (IReadOnlyList<DocumentSequence>)[]);
    }

    /// <summary>Writes a whole message.</summary>
    public void Write(ArrayBufferWriter<byte> output, int requestId, int responseTo = 0)
    {
        int start = output.WrittenCount;
        Span<byte> head = output.GetSpan(MessageHeader.Size + sizeof(uint) + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(head[MessageHeader.Size..], (uint)Flags);
        head[MessageHeader.Size + sizeof(uint)] = BodyKind;
        output.Advance(MessageHeader.Size + sizeof(uint) + 1);
        output.Write(Body.Span);
        foreach (DocumentSequence sequence in Sequences)
            WriteSequence(output, sequence);

        int length = output.WrittenCount - start;
        bool hasChecksum = Flags.HasFlag(OpMsgFlags.ChecksumPresent);
        var header = new MessageHeader(hasChecksum ? length + sizeof(uint) : length, requestId, responseTo, MessageHeader.OpMsg);
        header.Write(Written(output, start));
        if (!hasChecksum)
            return;
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(sizeof(uint)), Crc32C.Of(output.WrittenSpan[start..]));
        output.Advance(sizeof(uint));
    }

    private static void WriteSequence(ArrayBufferWriter<byte> output, in DocumentSequence sequence)
    {
        int nameLength = Encoding.UTF8.GetByteCount(sequence.Name);
        int length = sizeof(int) + nameLength + 1 + sequence.Documents.Sum(static document => document.Length);
        Span<byte> head = output.GetSpan(1 + sizeof(int) + nameLength + 1);
        head[0] = SequenceKind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], length);
        Encoding.UTF8.GetBytes(sequence.Name, head[(1 + sizeof(int))..]);
        head[1 + sizeof(int) + nameLength] = 0;
        output.Advance(1 + sizeof(int) + nameLength + 1);
        foreach (ReadOnlyMemory<byte> document in sequence.Documents)
            output.Write(document.Span);
    }

    private static DocumentSequence ReadSequence(ref ReadOnlyMemory<byte> rest)
    {
        if (rest.Length < sizeof(int))
            throw Invalid("a sequence is cut off");
        int length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
        if (length < sizeof(int) + 1 || length > rest.Length)
            throw Invalid($"a sequence says that it has {length} bytes, and there are {rest.Length}");
        ReadOnlyMemory<byte> section = rest[sizeof(int)..length];
        rest = rest[length..];
        int nameLength = section.Span.IndexOf((byte)0);
        if (nameLength < 0)
            throw Invalid("a sequence has no name");
        string name = Encoding.UTF8.GetString(section.Span[..nameLength]);
        var documents = new List<ReadOnlyMemory<byte>>();
        for (section = section[(nameLength + 1)..]; !section.IsEmpty;)
        {
            int documentLength = BsonReader.LengthOfDocument(section.Span);
            documents.Add(section[..documentLength]);
            section = section[documentLength..];
        }

        return new DocumentSequence(name, documents);
    }

    private static void CheckSum(ReadOnlySpan<byte> message)
    {
        if (message.Length < MessageHeader.Size + (2 * sizeof(uint)))
            throw Invalid("its checksum is cut off");
        uint expected = Crc32C.Of(message[..^sizeof(uint)]);
        uint actual = BinaryPrimitives.ReadUInt32LittleEndian(message[^sizeof(uint)..]);
        if (actual != expected)
            throw Invalid($"its checksum is {actual:X8} and should be {expected:X8}");
    }

    // What was written already is written to again: the length is known only at the end.
    private static Span<byte> Written(ArrayBufferWriter<byte> output, int start) =>
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory[start..]).Span;

    private static MongoDbProtocolException Invalid(string what) => new($"What was received is no message: {what}.");
}
